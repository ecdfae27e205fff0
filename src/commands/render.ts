import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../cli/base-command.ts';
import { renderServerFiles } from '../cli/render-server.ts';
import { overridingFlags } from '../cli/server-flags.ts';
import { renderView } from '../cli/views/render-view.ts';

export default class Render extends BaseCommand {
  static override summary = 'show what would run, as files; needs no Docker and no secret';
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    output: Flags.string({
      char: 'o',
      description: 'folder to write the files to (new, empty, or made by render before)',
      env: 'OPENIMIS_OUTPUT',
    }),
    'dry-run': dryRunFlag,
    ...overridingFlags,
  };
  static override examples = [
    '<%= config.bin %> render test --output rendered',
    '<%= config.bin %> render test --json',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Render);
    const { folder, name } = this.request(args, flags);
    const result = await renderServerFiles({ folder, name, flags, output: flags.output, dryRun: flags['dry-run'] });
    return this.show(result, renderView);
  }
}
