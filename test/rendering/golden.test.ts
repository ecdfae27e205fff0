import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { packageRoot } from '../../src/package-root.ts';
import { parseRelease } from '../../src/modules/release.ts';
import { releaseGeneration, releaseNames } from '../../src/modules/release-names.ts';
import { renderStack } from '../../src/rendering/render-stack.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import type { Server } from '../../src/workspace/server.ts';
import { stackOf } from '../stack/fixture.ts';
import { goldenCases, renderCase } from './golden-cases.ts';

const folder = join(import.meta.dirname, 'golden');
/** UPDATE_GOLDEN=1 writes what is rendered now; the difference is then looked at like any other. */
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

function compare(name: string, content: string): void {
  const file = join(folder, name);
  if (isUpdate) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, content);
  }
  expect(content).toBe(readFileSync(file, 'utf8'));
}

describe('compose.yaml', () => {
  it.each(Object.keys(goldenCases))('%s', (name) => {
    const { base, current } = renderCase(name);
    compare(`${name}.base.yaml`, base.compose);
    compare(`${name}.current.yaml`, current.compose);
  });

  it('has no golden file too many', () => {
    const expected = Object.keys(goldenCases).flatMap((name) => [`${name}.base.yaml`, `${name}.current.yaml`]);
    expect(readdirSync(folder).sort()).toEqual(expected.sort());
  });
});

describe('no container runs upstream’s start, which migrates the national database', () => {
  const files = readdirSync(join(packageRoot(), 'templates/releases')).filter((name) => name.endsWith('.yaml'));
  const everything: Server['components'] = { frontend: {}, backend: {}, ibackend: {}, worker: {} };

  it('knows every release', () => {
    expect(files.map((name) => name.slice(0, -'.yaml'.length)).sort()).toEqual([...releaseNames].sort());
  });

  it.each(files)('%s', async (file) => {
    const templates = await loadTemplates(packageRoot(), ['compose', 'gateway', 'releases']);
    const release = parseRelease(templates.get(`releases/${file}`)!, file);
    const generation = releaseGeneration(release.name)!;
    for (const components of [everything, { backend: {} }, { ibackend: {} }]) {
      const { current } = renderStack(stackOf({ release: release.name, generation, components }), templates);
      const { services } = parse(current.compose) as {
        services: Record<string, { entrypoint: string[]; command: string[]; environment: Record<string, string> }>;
      };
      expect(
        Object.keys(services)
          .filter((name) => name !== 'scheduler')
          .sort(),
      ).toEqual(Object.keys(components).sort());
      for (const [name, { entrypoint, command, environment }] of Object.entries(services)) {
        // Both are ours, also for an image given by reference: its own could be anything.
        expect(commandLines).toContain([...entrypoint, ...command].join(' '));
        expect(entrypoint.length * command.length).toBeGreaterThan(0);
        expect(environment, name).not.toHaveProperty('DJANGO_MIGRATE');
      }
    }
  });

  /** All that any container of a revision ever runs. */
  const entry = '/bin/sh /openimis/entrypoint /openimis-be/script/entrypoint.sh';
  const commandLines = [
    'serve -s build',
    '/bin/bash /script/entrypoint.sh nginx -g daemon off;',
    `${entry} eval exec python /openimis/serve.py`,
    `${entry} eval exec celery -A openIMIS worker --loglevel=INFO --concurrency=2`,
  ];
});
