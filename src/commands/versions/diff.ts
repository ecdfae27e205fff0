import { Args } from '@oclif/core';

import { BaseCommand } from '../../cli/base-command.ts';
import { comparedPins } from '../../cli/kept-pins.ts';
import { componentFlag, inForm, sheetFlags } from '../../cli/versions-flags.ts';
import { diffHead, diffRows, diffView } from '../../cli/views/diff-view.ts';
import { exitCodes } from '../../failure.ts';
import { diffPins } from '../../modules/diff-pins.ts';

export default class VersionsDiff extends BaseCommand {
  static override summary = 'say how the module versions of one server differ from those of another';
  static override description = `BEFORE and AFTER are servers of openimis.yaml, revisions that were deployed (test@r7), what runs now by the labels of
its images (test@running), upstream releases (1.1.0),
openimis.json files or lock files (openimis.lock.json, with several servers openimis.lock.json@test), or their folders.
Upgraded means: AFTER has the newer version. npm versions compare by semver, PyPI versions by PEP 440; a git reference is
the same or it is another, unless both are tags with versions. Nothing is asked of any registry.`;
  static override args = {
    before: Args.string({ required: true, description: 'server, revision, release or file', ignoreStdin: true }),
    after: Args.string({ required: true, description: 'what it is compared with', ignoreStdin: true }),
  };
  static override flags = { component: componentFlag, ...sheetFlags };
  static override examples = [
    '<%= config.bin %> versions diff test qa',
    '<%= config.bin %> versions diff test@r7 test',
    '<%= config.bin %> versions diff test@running test',
    '<%= config.bin %> versions diff 1.1.0 test --component backend',
    '<%= config.bin %> versions diff test ./openimis-be_py/openimis.json --csv',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsDiff);
    const [before, after] = await comparedPins([args.before, args.after], flags.workspace);
    const diff = diffPins(before!, after!, flags.component);
    if (flags['exit-code'] && !diff.identical) process.exitCode = exitCodes.findings;
    const people = (): string => diffView(diff, flags['only-changed']);
    return this.show(diff, () => inForm(flags, diffHead(diff), diffRows(diff), people));
  }
}
