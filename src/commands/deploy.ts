import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag, yesFlag } from '../cli/base-command.ts';
import { deployServer } from '../cli/deploy-server.ts';
import { databasePasswordFlags, serverFlags } from '../cli/server-flags.ts';
import { deployView } from '../cli/views/deploy-view.ts';

export default class Deploy extends BaseCommand {
  static override summary = 'put a server beside its legacy, or bring it up to what openimis.yaml says';
  static override description = `Shows the plan, asks, then runs it: the new revision starts beside the one that serves, is tested, and only
then the gateway leads to it. A deploy that fails leaves what served before. The same thing twice changes nothing.
With the flags of init it writes openimis.yaml first.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    'dry-run': dryRunFlag,
    yes: yesFlag,
    frozen: Flags.boolean({
      description: 'refuse whatever is not exactly what openimis.lock.json says',
      env: 'OPENIMIS_FROZEN',
    }),
    ...serverFlags,
    ...databasePasswordFlags,
  };
  static override examples = [
    '<%= config.bin %> deploy test --dry-run',
    '<%= config.bin %> deploy test --yes',
    '<%= config.bin %> deploy --legacy-ip 203.0.113.10 --legacy-tls none --database-name IMIS --database-user imisuser --gateway-dns new.example.org --release 1.1.0',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Deploy);
    return this.show(await deployServer(this.request(args, flags)), deployView);
  }
}
