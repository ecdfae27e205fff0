import type { RunningGateway } from './gateway-container.ts';
import { renderedFiles } from './gateway-container.ts';
import type { GatewayPlan } from '../../../../src/stack/stack.ts';

/** Header by which a test says which address its request comes from, in a gateway made by `letTestsChooseAddresses`. */
export const clientHeader = 'x-test-client';

/** Activates the plan with one change: the client's address is what the test says, for both families of addresses. */
export async function letTestsChooseAddresses(
  gateway: RunningGateway,
  plan: GatewayPlan,
  version: string,
): Promise<void> {
  const files = await renderedFiles(plan);
  const server = files['servers/https.conf'] ?? '';
  const name = /^ {4}server_name .*;\n/m;
  if (!name.test(server)) throw new Error('servers/https.conf has another form than these tests know');
  const change = `    set_real_ip_from 0.0.0.0/0;\n    real_ip_header ${clientHeader};\n`;
  const changed = { ...files, 'servers/https.conf': server.replace(name, (line) => line + change) };
  await gateway.upload(
    '/etc/openimis/gateway',
    Object.fromEntries(Object.entries(changed).map(([path, text]) => [`versions/${version}/${path}`, text])),
  );
  const { code, output } = await gateway.run('openimis-gateway', 'activate', version);
  if (code !== 0) throw new Error(output);
}
