import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { registryFlags } from '../../cli/registry-flags.ts';
import { tryServer } from '../../cli/try-server.ts';
import { verify } from '../../cli/verify-pins.ts';
import { componentFlag } from '../../cli/versions-flags.ts';
import { trialLines } from '../../cli/views/trial-view.ts';
import { verificationView } from '../../cli/views/verification-view.ts';

export default class VersionsVerify extends BaseCommand {
  static override summary = 'ask the registries whether the pinned versions still exist';
  static override description = `Says for every module whether its registry (npm, PyPI, a git repository) has that version, what is withdrawn or moves, what
"versions lock" would take in its place, and which modules do not fit together by what they declare. SERVER may also be an
upstream release or an openimis.json file. Addresses, proxies and credentials are those of your own npm, pip and git.
Ends with 4 when there is a problem, with 5 when there is none but something could not be asked.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    component: componentFlag,
    'allow-git': Flags.boolean({
      description: "agree to take a version that its registry does not have from a git tag of the module's repository",
      env: 'OPENIMIS_ALLOW_GIT',
    }),
    trial: Flags.boolean({
      description: "also build the images of a server and run Django's own check and its migration graph",
    }),
    all: Flags.boolean({ description: 'list also the modules that are as they should be' }),
    ...registryFlags,
  };
  static override examples = [
    '<%= config.bin %> versions verify test',
    '<%= config.bin %> versions verify test --component frontend --allow-git',
    '<%= config.bin %> versions verify test --trial --component backend',
    '<%= config.bin %> versions verify 24.10 --offline',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsVerify);
    const request = this.request(args, flags);
    const verification = await verify(request);
    const trial = flags.trial ? { trial: await tryServer(request) } : {};
    return this.show({ ...verification, ...trial }, (found) =>
      [verificationView(found, flags.all), ...trialLines(found.trial)].join('\n'),
    );
  }
}
