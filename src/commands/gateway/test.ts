import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { testServersGateway } from '../../cli/test-servers-gateway.ts';
import { gatewayTestView } from '../../cli/views/gateway-test-view.ts';

export default class GatewayTest extends BaseCommand {
  static override summary = 'try from outside what the gateway must refuse, and show what it answered';
  static override description = `Asks the running gateway what an attacker would ask: forged posts, made-up
cookies, names in headers, odd paths, old TLS. Every request is harmless:
nobody logs in, nothing is written to the legacy or its database. The
certificate may be self-signed and the name need not resolve. Exit code 4 when
something is not as it must be. The name "sandbox" means the sandbox of this box.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    connect: Flags.string({
      description: 'address to connect to (default: gateway.address, else the box of the engine)',
      env: 'OPENIMIS_CONNECT',
    }),
  };
  static override examples = [
    '<%= config.bin %> gateway test test',
    '<%= config.bin %> gateway test test --connect 203.0.113.20 --json',
    '<%= config.bin %> gateway test sandbox',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(GatewayTest);
    return this.show(await testServersGateway(this.request(args, flags)), gatewayTestView);
  }
}
