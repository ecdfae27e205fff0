import { Args, Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../cli/base-command.ts';
import { maintain } from '../cli/maintain.ts';
import { maintenanceView } from '../cli/views/maintenance-view.ts';

export default class Maintenance extends BaseCommand {
  static override summary = 'close the new side for a while with a message; the legacy and its login stay';
  static override description = `Without on or off: how it stands. It counts at once, also while a deploy runs, and survives restarts.
In a workspace of one server, on or off may be the only argument.`;
  static override args = {
    ...serverArgument,
    state: Args.string({ description: 'on or off', ignoreStdin: true }),
  };
  static override flags = {
    server: serverFlag,
    message: Flags.string({ char: 'm', description: 'what people read on /front, and programs in the JSON of /api' }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> maintenance test on --message "The new pages are back at 10:00."',
    '<%= config.bin %> maintenance test off',
    '<%= config.bin %> maintenance test',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Maintenance);
    return this.show(await maintain(this.request(args, flags), args.state), maintenanceView);
  }
}
