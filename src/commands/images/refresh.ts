import { Args } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { refreshImages } from '../../cli/refresh-images.ts';
import { buildView } from '../../cli/views/build-view.ts';
import { pinComponents } from '../../modules/pin-set.ts';

export default class ImagesRefresh extends BaseCommand {
  static override summary = "build the images of a server again with today's security updates and unchanged pins";
  static override description = `The modules and packages of openimis.lock.json stay as they are; system packages are those of today. The day goes into
openimis.lock.json, so that every box builds the same; the images have new tags, and the old ones stay.`;
  static override args = {
    ...serverArgument,
    component: Args.option({ options: pinComponents, description: 'only this component', ignoreStdin: true })(),
  };
  static override flags = { server: serverFlag, 'dry-run': dryRunFlag };
  static override examples = ['<%= config.bin %> images refresh test', '<%= config.bin %> images refresh test backend'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ImagesRefresh);
    const request = this.request(args, { ...flags, component: args.component });
    return this.show(await refreshImages(request), buildView);
  }
}
