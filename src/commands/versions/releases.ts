import { BaseCommand } from '../../cli/base-command.ts';
import { releasesView } from '../../cli/views/releases-view.ts';
import { packageRoot } from '../../package-root.ts';
import { loadReleases } from '../../workspace/store/release-store.ts';

export default class VersionsReleases extends BaseCommand {
  static override summary = 'list the upstream releases that openimis knows';
  static override description = `Read from upstream's openimis.json at each tag or branch; kept as readable files in templates/releases/. Nothing is asked
of any registry. A branch moves: its pins were those of the commit that is shown.`;
  static override examples = ['<%= config.bin %> versions releases', '<%= config.bin %> versions list 1.1.0'];

  async run(): Promise<unknown> {
    await this.parse(VersionsReleases);
    const releases = [...(await loadReleases(packageRoot())).values()];
    return this.show(releases, releasesView);
  }
}
