import { Args } from '@oclif/core';

import { BaseCommand, dryRunFlag } from '../../cli/base-command.ts';
import { importOpenimisJson } from '../../cli/import-pins.ts';
import { componentFlag } from '../../cli/versions-flags.ts';
import { importView } from '../../cli/views/import-view.ts';

export default class VersionsImport extends BaseCommand {
  static override summary = "make a server's modules those of upstream's openimis.json";
  static override description = `FROM is an openimis.json, the folder of one (or of openimis-be_py and openimis-fe_js), or a git repository at a tag,
branch or commit, which your own git fetches with its credentials. openimis.yaml gets the smallest difference to the
server's release: pins for other versions, null for modules that are not there; without a release all of them. What pins
do not say (names, order, locales, other keys) is kept in imported/SERVER/, so that versions export gives the file back.`;
  static override args = {
    server: Args.string({ required: true, description: 'name of the server', ignoreStdin: true }),
    from: Args.string({ required: true, description: 'FILE, FOLDER or GIT-URL@REF', ignoreStdin: true }),
  };
  static override flags = { component: componentFlag, 'dry-run': dryRunFlag };
  static override examples = [
    '<%= config.bin %> versions import test ./openimis-be_py --dry-run',
    '<%= config.bin %> versions import test https://github.com/openimis/openimis-fe_js.git@24.04',
    '<%= config.bin %> versions import test ./openimis.json --component ibackend',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsImport);
    const done = await importOpenimisJson({
      folder: flags.workspace,
      server: args.server,
      from: args.from,
      component: flags.component,
      dryRun: flags['dry-run'],
      signal: this.signal,
    });
    return this.show(done, (imported) => importView(imported, flags['dry-run']));
  }
}
