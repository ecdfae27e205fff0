import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag, yesFlag } from '../cli/base-command.ts';
import { takeDown } from '../cli/take-down.ts';
import { downView } from '../cli/views/down-view.ts';

export default class Down extends BaseCommand {
  static override summary = 'stop and remove the containers and networks of a server; the legacy is not touched';
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    volumes: Flags.boolean({ description: 'also remove its volumes: certificate, queue, revisions, journal, audit' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };
  static override examples = ['<%= config.bin %> down test --dry-run', '<%= config.bin %> down test --yes'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Down);
    return this.show(await takeDown(this.request(args, flags)), downView);
  }
}
