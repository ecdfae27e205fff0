import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { createDockerEngine } from '../../src/engines/docker/docker-engine.ts';
import type { BuildWish, ResolveWish, WishedModule, Workshop } from '../../src/images/ecosystem.ts';
import { buildSecrets } from '../../src/images/python/access.ts';
import { python } from '../../src/images/python/python.ts';
import { toolImages } from '../../src/images/python/tool-images.ts';
import type { LockedComponent } from '../../src/modules/lock/lock.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import type { Line } from './frontend.ts';

/** The interface of upstream's assembly and packages like its own; a Django that loads none of the modules. */
const assembly = {
  'requirements.txt':
    'django~=4.2\ndjangorestframework\ncelery>=5\nchannels~=3.0.3\ngraphene-django<3\nmssql-django~=1.4\npsycopg2-binary\npandas\nwaitress\nwhitenoise\napscheduler==3.10.1\n',
  'script/entrypoint.sh': '#!/bin/bash\neval "${@:2}"\n',
  'openIMIS/manage.py':
    'import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "openIMIS.settings")\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n',
  'openIMIS/openIMIS/__init__.py': '',
  'openIMIS/openIMIS/settings.py':
    'SECRET_KEY = "bench"\nINSTALLED_APPS = ["django.contrib.staticfiles"]\nSTATIC_URL = "/s/"\nSTATIC_ROOT = "/openimis-be/openIMIS/staticfiles"\n',
};

/** 27 modules of 24.10 as they were on PyPI in December 2024. */
const names = 'core:1.8.2 location:1.8.2 medical:1.8.0 medical-pricelist:1.7.0 product:1.7.0 insuree:1.8.1 policy:1.8.0 contribution:1.8.1 payer:1.6.1 payment:1.8.1 claim:1.8.0 claim-batch:1.8.0 report:1.6.2 tools:1.8.0 api-fhir-r4:1.8.0 calculation:1.8.0 contribution-plan:1.8.1 policyholder:1.8.1 contract:1.8.1 invoice:1.8.0 individual:1.2.0 workflow:1.0.1 tasks-management:1.2.1 im-export:1.3.0 social-protection:1.2.1 controls:1.2.0 deduplication:1.1.0'; // prettier-ignore
const changedPin = { name: 'openimis-be-claim', version: '1.7.0' };

function pins(): readonly WishedModule[] {
  return names.split(' ').map((word) => {
    const [name = '', version = ''] = word.split(':');
    const one = `openimis-be-${name}`;
    const module = name.replaceAll('-', '_');
    return { package: one, module, name: module, spec: version, origin: 'bench', source: { kind: 'version', version } };
  });
}

/** Fetch and install of a backend, from the locked versions on; runtime and tools, which all backends share, are there. */
export async function backend(say: (line: string) => void): Promise<readonly Line[]> {
  const engine = await createDockerEngine();
  const folder = await mkdtemp(join(tmpdir(), 'openimis-bench-'));
  const own = `openimis-bench-${randomBytes(4).toString('hex')}`;
  const made: string[] = [];
  try {
    for (const [name, content] of Object.entries(assembly)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    const shared = await loadTemplates(packageRoot(), ['images']);
    // A cache of its own: cold means that nothing is there.
    const templates = new Map(
      [...shared].map(([path, text]) => [path, text.replaceAll('id=openimis-python', `id=${own}`)]),
    );
    const workshop: Workshop = { engine, templates, env: process.env, today: new Date(), progress: () => {} };
    const source = { kind: 'folder', folder, written: './bench' } as const;
    const wish: BuildWish = { component: 'backend', generation: '24.10', assembly: source };
    const asked: ResolveWish = {
      ...wish,
      modules: pins(),
      extra: [],
      input: `sha256:${'0'.repeat(64)}`,
      upgrade: [],
      asOf: '2024-12-15',
    };
    const images = await toolImages(wish, workshop, await buildSecrets(process.env));
    const build = async (what: string, locked: LockedComponent) => {
      const started = performance.now();
      const { tag, fetched } = await python.build(locked, wish, workshop);
      made.push(tag);
      const seconds = (performance.now() - started) / 1000;
      say(`${what}: ${locked.packages.length} packages, ${fetched} bytes, ${seconds.toFixed(1)} s`);
      return { fetched, seconds };
    };
    const first = await python.resolve(asked, workshop);
    const cold = await build('cold', first);
    const modules = asked.modules.map((one): WishedModule =>
      one.package === changedPin.name ? { ...one, source: { kind: 'version', version: changedPin.version } } : one,
    );
    const second = await python.resolve({ ...asked, modules, before: first }, workshop);
    const warm = await build(`${changedPin.name} ${changedPin.version}`, second);
    const { size = 0 } = second.packages.find(({ name }) => name === changedPin.name) ?? {};
    const share = warm.seconds / cold.seconds;
    const bytes = warm.fetched / size;
    made.push(images.tools);
    return [
      {
        what: 'backend, one of 27 pins changed: the build against the cold one',
        found: `${(share * 100).toFixed(1)} % (${warm.seconds.toFixed(1)} of ${cold.seconds.toFixed(1)} s)`,
        reach: '<= 10 %',
        reached: share <= 0.1,
      },
      {
        what: 'backend, one of 27 pins changed: bytes over the network against the package',
        found: `${bytes.toFixed(2)} (${warm.fetched} of ${size})`,
        reach: '<= 1.1',
        reached: bytes <= 1.1,
      },
    ];
  } finally {
    const tools = made.pop();
    if (tools !== undefined) {
      const content = `ARG TOOLS\nFROM \${TOOLS}\nRUN --mount=type=cache,id=${own},target=/cache rm -rf /cache/*\n`;
      const tag = `openimis-bench-empty:${own}`;
      const labels = { 'org.openimis.bench': 'images' };
      await engine.buildImage({ tag, context: [{ path: 'Dockerfile', content }], args: { TOOLS: tools }, labels });
      for (const one of [tag, ...made]) await engine.removeImage(one);
    }
    await rm(folder, { recursive: true, force: true });
    await engine.close();
  }
}
