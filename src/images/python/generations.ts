import { type Generation, since } from '../../modules/generation.ts';
import type { DebianSuite } from '../../engines/engine.ts';
import { generationFacts } from '../../stack/generations.ts';

/** On what a generation of upstream's backend runs (be:Dockerfile, requirements.txt; domain.md sections 3 and "Seen"). */
export type PythonFacts = {
  /** Debian whose Python does, or the official image of a Python that Debian does not have any more. */
  readonly base: { readonly suite: DebianSuite } | { readonly image: string };
  /** What upstream's code wants and its packages do not say. */
  readonly constraints: readonly string[];
  /** Environment in which manage.py works without a database. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Django 2.1 up to 1.1: Python 3.7; Django 3.0 and 3.2 up to 23.10: 3.8; Django 4.2 from 24.04: 3.9-3.11 pass `check`. */
function baseOf(generation: Generation): PythonFacts['base'] {
  if (since(generation, '24.04')) return { suite: 'bookworm' };
  return { image: since(generation, '1.3') ? 'python:3.8-slim-bookworm' : 'python:3.7-slim-bookworm' };
}

export function pythonFacts(generation: Generation): PythonFacts {
  const { databaseEngine, databaseDefault } = generationFacts[generation];
  return {
    base: baseOf(generation),
    // apscheduler 3 and others import pkg_resources, which later versions do not have.
    constraints: ['setuptools<80'],
    environment: {
      NO_DATABASE: 'True',
      DB_ENGINE: databaseEngine,
      ...(databaseDefault === undefined ? {} : { DB_DEFAULT: databaseDefault }),
    },
  };
}
