import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, yesFlag } from '../../cli/base-command.ts';
import { runSandboxUp } from '../../cli/run-sandbox.ts';
import { sandboxUpView } from '../../cli/views/sandbox-view.ts';
import { legacyVersions } from '../../sandbox/stand-ins/legacy-site/versions.ts';

export default class SandboxUp extends BaseCommand {
  static override summary = 'show the main job on this box, against stand-ins of the legacy';
  static override description = `Sets up Docker when it is missing (Debian and Ubuntu, as root), starts a stand-in of the legacy site and of
SQL Server, deploys the catalogue's server "test" beside them for real, and logs in through the gateway as a browser
would. Listens on this box only and touches no workspace of yours; openimis sandbox down removes
it again.`;
  static override flags = {
    'legacy-version': Flags.option({
      // 1.2.0 shows no login name, and the gateway signs nobody on from it: there would be nothing to show.
      options: legacyVersions.filter((version) => version !== '1.2.0'),
      default: '1.7.0',
      description: 'version that the stand-in legacy imitates',
    })(),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };
  static override examples = ['<%= config.bin %> sandbox up --yes'];

  async run(): Promise<unknown> {
    const { flags } = await this.parse(SandboxUp);
    return this.show(await runSandboxUp(this.request({}, flags)), sandboxUpView);
  }
}
