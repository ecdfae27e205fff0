import { Args, Flags } from '@oclif/core';

import { BaseCommand, serverFlag } from '../cli/base-command.ts';
import { examine } from '../cli/examine.ts';
import { checkListView, doctorView, letterView } from '../cli/views/doctor-view.ts';
import { listChecks } from '../doctor/registered-checks.ts';

export default class Doctor extends BaseCommand {
  static override summary = 'find out why it does not work, on this box and on the legacy side';
  static override description = `Without a server: this box. With one: also the legacy's website and database, as
this box reaches them. It only reads: one connection to SQL Server (--verbose
prints every statement), at most five requests to the website, nothing posted.
Each finding says what was found, what is expected, why it matters and what to
type; docs/doctor.md explains them. Exit code 4 when there is a problem.
The name "sandbox" means the sandbox of this box.`;
  static override args = {
    server: Args.string({ description: 'name of the server (default: only this box)', ignoreStdin: true }),
  };
  static override flags = {
    server: serverFlag,
    only: Flags.string({
      description: 'only this group or check, and what it needs; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'GROUP|ID',
    }),
    list: Flags.boolean({ description: 'list the checks and look at nothing', exclusive: ['letter'] }),
    letter: Flags.boolean({ description: 'print a short text for the person who owns the legacy side' }),
    timeout: Flags.integer({
      description: 'seconds that one look may take',
      default: 4,
      min: 1,
      max: 120,
      env: 'OPENIMIS_TIMEOUT',
    }),
  };
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor test',
    '<%= config.bin %> doctor test --only legacy-database --verbose',
    '<%= config.bin %> doctor test --letter',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Doctor);
    const request = this.request(args, flags);
    if (flags.list) return this.show(listChecks(flags.only ?? []), checkListView);
    const report = await examine(request);
    return this.show(report, flags.letter ? letterView : () => doctorView(report, flags.verbose));
  }
}
