import { exitCodes, Failure } from '../failure.ts';
import type { GatewayFinding } from '../gateway-test/check.ts';
import { doorAddress, doorOf } from '../gateway-test/open-door.ts';
import { gatewayChecks, testGateway } from '../gateway-test/test-gateway.ts';
import { sandboxFolder } from '../sandbox/sandbox-folder.ts';
import { completeServer } from '../workspace/complete.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type GatewayTestResult = {
  readonly server: string;
  /** What was connected to. */
  readonly address: string;
  readonly port: number;
  /** Name that was asked for. */
  readonly dns: string;
  readonly findings: readonly GatewayFinding[];
};

/** Runs all checks; sets the exit code 4 when one of them found a problem. */
export async function testServersGateway(
  request: CommandRequest<{ readonly connect: string | undefined }>,
): Promise<GatewayTestResult> {
  const { flags, mode } = request;
  // No server can have this name.
  const sandbox = request.name === 'sandbox';
  const { config, folder } = await openWorkspace(sandbox ? sandboxFolder() : request.folder);
  const name = chooseServer(config, sandbox ? undefined : request.name);
  const server = completeServer(config, name);
  const known = flags.connect !== undefined || server.gateway.address !== undefined;
  const engine = known ? '' : await withEngine((opened) => Promise.resolve(opened.endpoint));
  const door = doorOf(server, doorAddress(server, engine, flags.connect), await readSecrets(folder, name));
  const list = await taskList([{ id: 'test', title: `Ask the gateway ${gatewayChecks.length} questions` }], mode);
  list.events.started('test');
  let findings: readonly GatewayFinding[];
  try {
    findings = await testGateway(door, (title) => list.events.progress('test', title), request.signal);
    list.events.done('test');
  } catch (error) {
    list.events.failed('test', error instanceof Failure ? error.message : String(error));
    throw error;
  } finally {
    await list.end();
  }
  if (findings.some(({ state }) => state === 'problem')) process.exitCode = exitCodes.findings;
  return { server: name, address: door.address, port: door.https, dns: door.dns, findings };
}
