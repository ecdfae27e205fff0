import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { showServer } from '../../cli/server-listing.ts';
import { serverView } from '../../cli/views/servers-view.ts';

export default class ServersShow extends BaseCommand {
  static override summary = 'show one server: what is written, what applies by default, what is missing';
  static override args = serverArgument;
  static override flags = { server: serverFlag };
  static override examples = ['<%= config.bin %> servers show test'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ServersShow);
    const { folder, name } = this.request(args, flags);
    return this.show(await showServer(folder, name), serverView);
  }
}
