import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { listCutovers } from '../../cli/cutover.ts';
import { cutoverListView } from '../../cli/views/cutover-view.ts';

export default class CutoverList extends BaseCommand {
  static override summary = 'pages of the legacy that lead to their successor, as openimis.yaml says';
  static override args = serverArgument;
  static override flags = { server: serverFlag };
  static override examples = ['<%= config.bin %> cutover list test', '<%= config.bin %> cutover list test --json'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CutoverList);
    return this.show(await listCutovers(this.request(args, flags)), cutoverListView);
  }
}
