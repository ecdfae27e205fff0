import { apiUserArguments, apiUserServerFlag, newPasswordFlags, restrictionFlags } from '../../cli/api-user-flags.ts';
import { addApiUser } from '../../cli/api-users.ts';
import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { apiUserChangeView } from '../../cli/views/api-users-view.ts';

export default class UsersAdd extends BaseCommand {
  static override summary = 'make an API user of /api, effective at once';
  static override description =
    'The password is asked for twice, or comes from a file, standard input or OPENIMIS_PASSWORD; only its hash is kept, in secrets/SERVER.env. The gateway takes the change by a reload: no revision, no container made anew.';
  static override args = apiUserArguments;
  static override flags = {
    server: apiUserServerFlag,
    ...restrictionFlags,
    ...newPasswordFlags,
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> users add test lab-system --as lab --paths /api/api_fhir/',
    '<%= config.bin %> users add test reports --as reader --paths /api/graphql --from 203.0.113.0/24 --expires 2027-12-31 --generate-to reports.password',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UsersAdd);
    return this.show(await addApiUser({ ...this.request({}, flags), args }), apiUserChangeView);
  }
}
