import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag, yesFlag } from '../cli/base-command.ts';
import { initServer } from '../cli/init-server-command.ts';
import { databasePasswordFlags, serverFlags } from '../cli/server-flags.ts';

export default class Init extends BaseCommand {
  static override summary = 'write openimis.yaml: one server beside one legacy';
  static override description = `Asks for what is missing when a person is at the terminal, names the flag otherwise.
Nothing is contacted, but the legacy for its certificate with --legacy-tls pin; the database password never comes from an argument.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    ...serverFlags,
    ...databasePasswordFlags,
    grants: Flags.boolean({ description: 'print the T-SQL for a DBA who gives no server role, and change nothing' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };
  static override examples = [
    '<%= config.bin %> init test --legacy-ip 203.0.113.10 --legacy-dns imistest.hib.gov.np --legacy-url https://imistest.hib.gov.np/ --legacy-tls pin --database-name openIMIS-demo-1.3.0 --database-user imisuser --gateway-dns new.example.org --release 1.1.0',
    '<%= config.bin %> init test --from test',
    '<%= config.bin %> init test --grants',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Init);
    const result = await initServer({ ...this.request(args, flags), dryRun: flags['dry-run'], grants: flags.grants });
    return this.show(result.data, () => result.text);
  }
}
