import { Flags } from '@oclif/core';

import { apiUserArguments, apiUserServerFlag, passwordFlags } from '../../cli/api-user-flags.ts';
import { BaseCommand, yesFlag } from '../../cli/base-command.ts';
import { verifyApiUser } from '../../cli/verify-api-user.ts';
import { verificationView } from '../../cli/views/api-users-view.ts';
import { exitCodes } from '../../failure.ts';

export default class UsersVerify extends BaseCommand {
  static override summary = 'ask the running backend who an API user is, and with a password also whether it is let in';
  static override description =
    'Ends with 4 when the API user does not work. Like every request of an API user, the question may open a session in the backend. Up to release 1.1 a login that the backend does not know leaves a row in core_User: there it is asked first (--yes).';
  static override args = apiUserArguments;
  static override flags = {
    server: apiUserServerFlag,
    password: Flags.boolean({ description: 'ask for the password to compare', helpGroup: 'PASSWORD' }),
    ...passwordFlags,
    yes: yesFlag,
  };
  static override examples = [
    '<%= config.bin %> users verify test lab-system',
    '<%= config.bin %> users verify test lab-system --password-file lab.password',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UsersVerify);
    const verification = await verifyApiUser({ ...this.request({}, flags), args });
    if (verification.problems.length > 0) process.exitCode = exitCodes.findings;
    return this.show(verification, verificationView);
  }
}
