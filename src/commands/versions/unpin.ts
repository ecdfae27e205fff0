import { Args } from '@oclif/core';

import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { editPins } from '../../cli/pin-edits.ts';
import { componentFlag, extraFlag } from '../../cli/versions-flags.ts';
import { pinEditsView } from '../../cli/views/pin-edits-view.ts';

export default class VersionsUnpin extends BaseCommand {
  static override summary = "take a server's own module versions out of openimis.yaml";
  static override description =
    'The modules then are as the release of the server has them, or not there when it has no release.';
  static override strict = false;
  static override args = {
    server: Args.string({ required: true, description: 'name of the server', ignoreStdin: true }),
    modules: Args.string({ required: true, description: 'names of modules', ignoreStdin: true }),
  };
  static override flags = { component: componentFlag, extra: extraFlag, 'dry-run': dryRunFlag };
  static override examples = ['<%= config.bin %> versions unpin test core --component ibackend'];

  async run(): Promise<unknown> {
    const { args, argv, flags } = await this.parse(VersionsUnpin);
    const edits = await editPins({
      folder: flags.workspace,
      name: args.server,
      words: argv.slice(1).map(String),
      component: flags.component,
      kind: 'unpin',
      extra: flags.extra,
      dryRun: flags['dry-run'],
      signal: this.signal,
    });
    return this.show(edits, (done) => pinEditsView(done, flags['dry-run']));
  }
}
