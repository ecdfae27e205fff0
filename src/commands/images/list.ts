import { BaseCommand } from '../../cli/base-command.ts';
import { listImages } from '../../cli/images.ts';
import { imagesView } from '../../cli/views/images-view.ts';

export default class ImagesList extends BaseCommand {
  static override summary = 'list the images of openimis on the engine, and what needs each of them';
  static override description = `Containers, revisions of every server on this engine, openimis.lock.json of this workspace, and the next build.`;
  static override examples = ['<%= config.bin %> images list'];

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ImagesList);
    return this.show(await listImages(flags.workspace), imagesView);
  }
}
