import { Args, Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { cutover } from '../../cli/cutover.ts';
import { cutoverView } from '../../cli/views/cutover-view.ts';

export default class Cutover extends BaseCommand {
  static override summary = 'send people who open a page of the legacy to its modular successor';
  static override description = `Writes gateway.cutover of openimis.yaml and reloads the gateway: no container is made anew, no answer is cut.
Forms, frames and programs keep the legacy page. With one argument in a workspace of one server, it may be the page.`;
  static override args = {
    ...serverArgument,
    page: Args.string({ description: 'page of the legacy, as in /Claim.aspx', ignoreStdin: true }),
  };
  static override flags = {
    server: serverFlag,
    to: Flags.string({ description: 'path of the new pages, as in /front/claim/healthFacilities', required: true }),
    users: Flags.string({ description: 'only for these signed-on users: Admin,clerk; default: for everybody' }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> cutover test /Claim.aspx --to /front/claim/healthFacilities',
    '<%= config.bin %> cutover test /Claim.aspx --to /front/claim/healthFacilities --users Admin,clerk',
    '<%= config.bin %> cutover back test /Claim.aspx',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Cutover);
    return this.show(await cutover(this.request(args, flags), args.page), cutoverView);
  }
}
