import { Flags } from '@oclif/core';

import { apiUserArguments, apiUserServerFlag, newPasswordFlags, restrictionFlags } from '../../cli/api-user-flags.ts';
import { changeApiUser } from '../../cli/api-users.ts';
import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { apiUserChangeView } from '../../cli/views/api-users-view.ts';

export default class UsersChange extends BaseCommand {
  static override summary =
    'give an API user another password, login, path, network or last day; what is not named stays';
  static override args = apiUserArguments;
  static override flags = {
    server: apiUserServerFlag,
    ...restrictionFlags,
    password: Flags.boolean({ description: 'ask for a new password', helpGroup: 'PASSWORD' }),
    ...newPasswordFlags,
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> users change test lab-system --password',
    '<%= config.bin %> users change test lab-system --expires never --paths /api/api_fhir/,/api/claim/',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UsersChange);
    return this.show(await changeApiUser({ ...this.request({}, flags), args }), apiUserChangeView);
  }
}
