import { listApiUsers } from '../../cli/api-users.ts';
import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { apiUsersView } from '../../cli/views/api-users-view.ts';

export default class UsersList extends BaseCommand {
  static override summary = 'list the API users: as whom, for which paths, from where, until when';
  static override args = serverArgument;
  static override flags = { server: serverFlag };
  static override examples = ['<%= config.bin %> users list test'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UsersList);
    const { folder, name } = this.request(args, flags);
    return this.show(await listApiUsers(folder, name), apiUsersView);
  }
}
