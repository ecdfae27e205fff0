import { Args, Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { buildImages } from '../../cli/build-images.ts';
import { buildView } from '../../cli/views/build-view.ts';
import { pinComponents } from '../../modules/pin-set.ts';

export default class ImagesBuild extends BaseCommand {
  static override summary = 'build the images of a server from openimis.lock.json';
  static override description = `Packages are fetched (network, your pip, npm and git settings as build secrets), then installed without network or secrets,
hashes enforced. The tag is a hash of everything that goes in: an image that is there is not built again.`;
  static override args = {
    ...serverArgument,
    component: Args.option({ options: pinComponents, description: 'only this component', ignoreStdin: true })(),
  };
  static override flags = {
    server: serverFlag,
    estimate: Flags.boolean({ description: 'say what would be fetched and how much disk it takes, build nothing' }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> images build test --estimate',
    '<%= config.bin %> images build test backend',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ImagesBuild);
    const request = this.request(args, { ...flags, component: args.component });
    return this.show(await buildImages(request), buildView);
  }
}
