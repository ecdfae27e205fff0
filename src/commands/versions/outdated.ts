import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { outdated } from '../../cli/outdated-pins.ts';
import { registryFlags } from '../../cli/registry-flags.ts';
import { componentFlag, inForm, tableFlags } from '../../cli/versions-flags.ts';
import { outdatedHead, outdatedRows, outdatedView } from '../../cli/views/outdated-view.ts';
import { exitCodes } from '../../failure.ts';

export default class VersionsOutdated extends BaseCommand {
  static override summary = 'show which modules have newer versions, and which are withdrawn';
  static override description = `Asks npm, PyPI and git. Newer is not better: modules of one upstream release belong together, and an assembly takes only
those it was made for. SERVER may also be an upstream release or an openimis.json file. The publish dates of npm are what the registry
says they are.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    component: componentFlag,
    pre: Flags.boolean({ description: 'count pre-releases (1.2.0rc1) as newer versions' }),
    all: Flags.boolean({ description: 'list also the modules that have nothing newer' }),
    'exit-code': Flags.boolean({ description: `end with ${exitCodes.findings} when something is newer` }),
    ...tableFlags,
    ...registryFlags,
  };
  static override examples = [
    '<%= config.bin %> versions outdated test',
    '<%= config.bin %> versions outdated test --component backend --csv',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsOutdated);
    const found = await outdated(this.request(args, flags));
    const rows = outdatedRows(found, flags.all);
    return this.show(found, () => inForm(flags, outdatedHead, rows, () => outdatedView(found, flags.all)));
  }
}
