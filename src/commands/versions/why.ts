import { Args } from '@oclif/core';

import { BaseCommand } from '../../cli/base-command.ts';
import { registryFlags } from '../../cli/registry-flags.ts';
import { whyView } from '../../cli/views/why-view.ts';
import { why } from '../../cli/why-module.ts';

export default class VersionsWhy extends BaseCommand {
  static override summary = 'say which servers and releases use a module, what it requires and what requires it';
  static override description = `MODULE is a short name (claim) or a package's (openimis-be-claim, @openimis/fe-claim). Who uses it is known without a network;
what versions require is asked of their registries once and kept.`;
  static override args = {
    module: Args.string({ required: true, description: 'module or package', ignoreStdin: true }),
  };
  static override flags = registryFlags;
  static override examples = [
    '<%= config.bin %> versions why claim',
    '<%= config.bin %> versions why @openimis/fe-core --offline',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsWhy);
    const found = await why(args.module, this.request({}, flags));
    return this.show(found, whyView);
  }
}
