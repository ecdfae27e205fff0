import { Args, Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { editPins } from '../../cli/pin-edits.ts';
import { componentFlag, extraFlag } from '../../cli/versions-flags.ts';
import { pinEditsView } from '../../cli/views/pin-edits-view.ts';

export default class VersionsPin extends BaseCommand {
  static override summary = 'set module versions of a server in openimis.yaml';
  static override description = `MODULE=VERSION, as many as you like: core=1.4.0, ibackend:claim=0.0.12, @openimis/fe-core=1.4.0,
claim=git+https://host/repository.git@TAG. With --reason and --until it is a hotfix, which status names until it is taken
out. Only openimis.yaml is changed; a deploy brings it to the box.`;
  static override strict = false;
  static override args = {
    server: Args.string({ required: true, description: 'name of the server', ignoreStdin: true }),
    modules: Args.string({ required: true, description: 'MODULE=VERSION ...', ignoreStdin: true }),
  };
  static override flags = {
    component: componentFlag,
    remove: Flags.boolean({
      description: 'take modules of the release out: names without a version',
      exclusive: ['extra'],
    }),
    extra: extraFlag,
    reason: Flags.string({ description: 'why this is a hotfix', helpValue: 'TEXT' }),
    until: Flags.string({ description: 'last day on which the hotfix is all right', helpValue: 'YYYY-MM-DD' }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> versions pin test core=0.0.12 --component ibackend',
    '<%= config.bin %> versions pin test api_fhir --remove --component backend',
    '<%= config.bin %> versions pin test backend:requests=2.32.3 --extra',
    '<%= config.bin %> versions pin test ibackend:claim=git+https://host/claim.git@4f9c2d1 --reason "large claims time out" --until 2027-01-31',
  ];

  async run(): Promise<unknown> {
    const { args, argv, flags } = await this.parse(VersionsPin);
    const edits = await editPins({
      folder: flags.workspace,
      name: args.server,
      words: argv.slice(1).map(String),
      component: flags.component,
      kind: flags.remove ? 'remove' : 'pin',
      extra: flags.extra,
      reason: flags.reason,
      until: flags.until,
      dryRun: flags['dry-run'],
      signal: this.signal,
    });
    return this.show(edits, (done) => pinEditsView(done, flags['dry-run']));
  }
}
