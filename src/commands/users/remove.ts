import { apiUserArguments, apiUserServerFlag } from '../../cli/api-user-flags.ts';
import { removeApiUser } from '../../cli/api-users.ts';
import { BaseCommand, dryRunFlag, yesFlag } from '../../cli/base-command.ts';
import { apiUserChangeView } from '../../cli/views/api-users-view.ts';

export default class UsersRemove extends BaseCommand {
  static override summary = 'remove an API user by its whole name; its next request is refused';
  static override args = apiUserArguments;
  static override flags = { server: apiUserServerFlag, 'dry-run': dryRunFlag, yes: yesFlag };
  static override examples = ['<%= config.bin %> users remove test lab-system'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UsersRemove);
    return this.show(await removeApiUser({ ...this.request({}, flags), args }), apiUserChangeView);
  }
}
