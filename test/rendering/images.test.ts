import { describe, expect, it } from 'vitest';

import { packageRoot } from '../../src/package-root.ts';
import { imageBuild } from '../../src/rendering/images.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';

const templates = new Map([
  ['images/gateway/Dockerfile', 'FROM x\n'],
  ['images/gateway/start', '#!/bin/sh\n'],
  ['images/gateway/conf.d/a.conf', 'a'],
  ['images/rabbitmq/Dockerfile', 'FROM y\n'],
]);
const base = 'openimis-base:trixie-0123';
const extra = { path: 'app/node', file: '/usr/bin/node', mode: 0o755, hash: 'aa' };

describe('imageBuild', () => {
  it('takes the files of the image, scripts executable, and the base as an argument', () => {
    const build = imageBuild('gateway', base, templates, { 'org.openimis.component': 'gateway' }, [extra]);
    expect(build.context).toEqual([
      { path: 'Dockerfile', content: 'FROM x\n', mode: 0o644 },
      extra,
      { path: 'conf.d/a.conf', content: 'a', mode: 0o644 },
      { path: 'start', content: '#!/bin/sh\n', mode: 0o755 },
    ]);
    expect(build.args).toEqual({ BASE: base });
    expect(build.tag).toMatch(/^openimis-gateway:[0-9a-f]{16}$/);
  });

  it('has a tag of everything that makes a difference, and of nothing else', () => {
    type Extra = typeof extra;
    const tag = (
      more: readonly Extra[] = [],
      changed = templates,
      from = base,
      labels: Readonly<Record<string, string>> = {},
    ): string => imageBuild('gateway', from, changed, labels, more).tag;
    const same = [tag([extra]), tag([{ ...extra, file: '/opt/node' }])];
    const others = [
      tag(),
      tag([{ ...extra, hash: 'bb' }]),
      tag([{ ...extra, mode: 0o644 }]),
      tag([extra], new Map([...templates, ['images/gateway/start', '#!/bin/bash\n']])),
      tag([extra], templates, 'openimis-base:trixie-4567'),
      tag([extra], templates, base, { a: 'b' }),
    ];
    expect(new Set(same).size).toBe(1);
    expect(new Set([...same, ...others]).size).toBe(1 + others.length);
    expect(tag([extra], new Map([...templates, ['images/rabbitmq/x', 'y']]))).toBe(same[0]);
  });

  it('is complete for the images that every server has', async () => {
    const real = await loadTemplates(packageRoot(), ['images']);
    for (const name of ['gateway', 'rabbitmq'] as const)
      expect(imageBuild(name, base, real, {}).context.map(({ path }) => path)).toContain('Dockerfile');
    expect(() => imageBuild('stand-in', base, templates, {})).toThrow('images/stand-in/Dockerfile');
  });
});
