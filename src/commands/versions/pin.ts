import { Args, Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { editPins } from '../../cli/pin-edits.ts';
import { componentFlag } from '../../cli/versions-flags.ts';
import { pinEditsView } from '../../cli/views/pin-edits-view.ts';

export default class VersionsPin extends BaseCommand {
  static override summary = 'set module versions of a server in openimis.yaml';
  static override description = `MODULE=VERSION, as many as you like: core=1.4.0, ibackend:claim=0.0.12, @openimis/fe-core=1.4.0,
claim=git+https://host/repository.git@TAG. Only openimis.yaml is changed; a deploy brings it to the box.`;
  static override strict = false;
  static override args = {
    server: Args.string({ required: true, description: 'name of the server', ignoreStdin: true }),
    modules: Args.string({ required: true, description: 'MODULE=VERSION ...', ignoreStdin: true }),
  };
  static override flags = {
    component: componentFlag,
    remove: Flags.boolean({ description: 'take modules of the release out: names without a version' }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> versions pin test core=0.0.12 --component ibackend',
    '<%= config.bin %> versions pin test api_fhir --remove --component backend',
  ];

  async run(): Promise<unknown> {
    const { args, argv, flags } = await this.parse(VersionsPin);
    const edits = await editPins({
      folder: flags.workspace,
      name: args.server,
      words: argv.slice(1).map(String),
      component: flags.component,
      kind: flags.remove ? 'remove' : 'pin',
      dryRun: flags['dry-run'],
    });
    return this.show(edits, (done) => pinEditsView(done, flags['dry-run']));
  }
}
