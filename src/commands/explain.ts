import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Args } from '@oclif/core';

import { BaseCommand } from '../cli/base-command.ts';
import { explanation } from '../cli/explanation.ts';
import { packageRoot } from '../package-root.ts';

export default class Explain extends BaseCommand {
  static override summary = 'explain an error code, offline';
  static override args = {
    code: Args.string({ description: 'code of an error, as in LEGACY_DATABASE_UNREACHABLE', ignoreStdin: true }),
  };
  static override examples = ['<%= config.bin %> explain PORT_TAKEN', '<%= config.bin %> explain'];

  async run(): Promise<unknown> {
    const { args } = await this.parse(Explain);
    const page = await readFile(join(packageRoot(), 'docs/errors.md'), 'utf8');
    return this.show(explanation(page, args.code), (found) => found.text);
  }
}
