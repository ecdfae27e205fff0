import { BaseCommand, dryRunFlag, yesFlag } from '../../cli/base-command.ts';
import { pruneImages } from '../../cli/images.ts';
import { prunePlanView } from '../../cli/views/images-view.ts';

export default class ImagesPrune extends BaseCommand {
  static override summary = 'remove images of openimis that nothing needs any more';
  static override description = `Never one that a container, a revision of any server on this engine, openimis.lock.json of this workspace or the next build
needs, nor one that was made within the last hour. Images of others are not looked at.`;
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };
  static override examples = ['<%= config.bin %> images prune --dry-run', '<%= config.bin %> images prune --yes'];

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ImagesPrune);
    return this.show(await pruneImages(this.request({}, flags)), prunePlanView);
  }
}
