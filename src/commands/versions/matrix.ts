import { Args } from '@oclif/core';

import { BaseCommand } from '../../cli/base-command.ts';
import { comparedPins } from '../../cli/kept-pins.ts';
import { componentFlag, inForm, sheetFlags } from '../../cli/versions-flags.ts';
import { matrixHead, matrixRows, matrixView } from '../../cli/views/matrix-view.ts';
import { exitCodes } from '../../failure.ts';
import { matrixOf } from '../../modules/matrix-pins.ts';

export default class VersionsMatrix extends BaseCommand {
  static override summary = 'show the module versions of several servers side by side';
  static override description = `Modules down, servers across. Each name is a server of openimis.yaml, a revision (test@r7), an upstream release (1.1.0), an
openimis.json or a lock file (or its folder).`;
  static override strict = false;
  static override args = {
    names: Args.string({
      required: true,
      description: 'two or more servers, revisions, releases or files',
      ignoreStdin: true,
    }),
  };
  static override flags = { component: componentFlag, ...sheetFlags };
  static override examples = ['<%= config.bin %> versions matrix demo test qa --only-changed'];

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(VersionsMatrix);
    const sets = await comparedPins(argv.map(String), flags.workspace);
    const all = matrixOf(sets, flags.component);
    const rows = flags['only-changed'] ? all.filter(({ same }) => !same) : all;
    if (flags['exit-code'] && all.some(({ same }) => !same)) process.exitCode = exitCodes.findings;
    const matrix = { names: sets.map(({ name }) => name), rows };
    return this.show(matrix, () => inForm(flags, matrixHead(matrix), matrixRows(matrix), () => matrixView(matrix)));
  }
}
