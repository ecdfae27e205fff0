import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Errors } from '@oclif/core';

import { Failure } from '../failure.ts';
import { packageRoot } from '../package-root.ts';
import { nearest } from '../workspace/nearest.ts';

/** oclif's "command x not found" as a usage failure that names the nearest command; undefined for any other error. */
export function unknownCommand(error: unknown, argv: readonly string[]): Failure | undefined {
  if (!(error instanceof Errors.CLIError) || !/^command .* not found$/s.test(error.message)) return undefined;
  const known = commandNames();
  const words = argv.filter((word) => !word.startsWith('-')).map((word) => word.slice(0, 64));
  const typed = words.slice(0, 2).join(' ');
  const guess = nearest(typed, known) ?? nearest(words[0] ?? '', known);
  const below = known.filter((name) => name.startsWith(`${words[0]} `));
  const next = below.length > 0 ? below.map((name) => `openimis ${name}`).join(' | ') : `openimis ${guess ?? '--help'}`;
  return new Failure('USAGE', `${typed} is not a command of openimis`, [next]);
}

function commandNames(): string[] {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, unknown>;
  };
  return Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));
}
