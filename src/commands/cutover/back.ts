import { Args } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { cutoverBack } from '../../cli/cutover.ts';
import { cutoverView } from '../../cli/views/cutover-view.ts';

export default class CutoverBack extends BaseCommand {
  static override summary = 'give a page back to the legacy';
  static override description = 'With one argument in a workspace of one server, it may be the page.';
  static override args = {
    ...serverArgument,
    page: Args.string({ description: 'page of the legacy, as in /Claim.aspx', ignoreStdin: true }),
  };
  static override flags = { server: serverFlag, 'dry-run': dryRunFlag };
  static override examples = ['<%= config.bin %> cutover back test /Claim.aspx'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CutoverBack);
    return this.show(await cutoverBack(this.request(args, flags), args.page), cutoverView);
  }
}
