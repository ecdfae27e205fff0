import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDockerEngine } from '../../src/engines/docker/docker-engine.ts';
import type { BuildWish, ResolveWish, WishedModule, Workshop } from '../../src/images/ecosystem.ts';
import { npmAccess } from '../../src/images/node/access.ts';
import { node } from '../../src/images/node/node.ts';
import { ensureImages, nodeImages } from '../../src/images/node/tool-images.ts';
import type { LockedComponent } from '../../src/modules/lock/lock.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';

export type Line = { readonly what: string; readonly found: string; readonly reach: string; readonly reached: boolean };

/** As many packages as upstream's frontends have, and a build that bundles nothing: the bundler is not ours to measure. */
const assembly = {
  'package.json': JSON.stringify({
    name: 'bench',
    version: '1.0.0',
    scripts: { 'load-config': 'node openimis-config.js', build: 'node openimis-config.js' },
    dependencies: { 'react-scripts': '4.0.3', '@material-ui/core': '4.12.4', '@material-ui/icons': '4.11.3', react: '17.0.2', 'react-dom': '17.0.2', 'react-intl': '5.25.1', moment: '2.29.4' }, // prettier-ignore
  }),
  'openimis-config.js': `require('fs').mkdirSync('build', { recursive: true }); require('fs').writeFileSync('build/index.html', '');\n`,
};
const names = 'core:1.4.1 home location insuree medical medical_pricelist product policy payer contribution payment claim claim_batch admin tools profile calculation:1.4.1 policyholder contribution_plan contract language_fr:1.3.0'; // prettier-ignore
const changedPin = { name: '@openimis/fe-claim', version: '1.9.0' };

function pins(): readonly WishedModule[] {
  return names.split(' ').map((word) => {
    const [name, version = '1.4.0'] = word.split(':');
    const one = `@openimis/fe-${name}`;
    return {
      package: one,
      module: one,
      name: one,
      spec: version,
      origin: 'bench',
      source: { kind: 'version', version },
    };
  });
}

export async function frontend(say: (line: string) => void): Promise<readonly Line[]> {
  const engine = await createDockerEngine();
  const folder = await mkdtemp(join(tmpdir(), 'openimis-bench-'));
  const own = `openimis-bench-${randomBytes(4).toString('hex')}`;
  const made: string[] = [];
  try {
    for (const [name, content] of Object.entries(assembly)) await writeFile(join(folder, name), content);
    const shared = await loadTemplates(packageRoot(), ['images']);
    // A cache of its own: cold means that nothing is there.
    const templates = new Map(
      [...shared].map(([path, text]) => [path, text.replaceAll('id=openimis-node', `id=${own}`)]),
    );
    let bundling = 0;
    const seen = (line: string): void => {
      if (/^\[\S+ application 3\/3\]/.test(line)) bundling = performance.now();
    };
    const workshop: Workshop = {
      engine,
      templates,
      env: process.env,
      today: new Date(),
      progress: (line) => seen(line),
    };
    const source = { kind: 'folder', folder, written: './bench' } as const;
    const wish: BuildWish = { component: 'frontend', generation: '1.4', assembly: source };
    const asked: ResolveWish = { ...wish, modules: pins(), extra: [], input: `sha256:${'0'.repeat(64)}`, upgrade: [] };
    const images = await nodeImages({}, workshop);
    made.push(images.tools.tag, images.web.tag);
    await ensureImages([images.tools, images.web], await npmAccess(process.env, []), workshop);
    const build = async (what: string, locked: LockedComponent) => {
      const started = performance.now();
      const { tag, fetched } = await node.build(locked, wish, workshop);
      made.push(tag);
      // What comes after that is the assembly's own build.
      const seconds = (bundling - started) / 1000;
      say(`${what}: ${locked.packages.length} packages, ${fetched} bytes, ${seconds.toFixed(1)} s`);
      return { fetched, seconds };
    };
    const first = await node.resolve(asked, workshop);
    const cold = await build('cold', first);
    const modules = asked.modules.map((one): WishedModule =>
      one.package === changedPin.name ? { ...one, source: { kind: 'version', version: changedPin.version } } : one,
    );
    const second = await node.resolve({ ...asked, modules, before: first }, workshop);
    const warm = await build(`${changedPin.name} ${changedPin.version}`, second);
    const file = second.packages.find(({ name }) => name === changedPin.name)!.file!;
    const size = Number((await fetch(file, { method: 'HEAD' })).headers.get('content-length'));
    const share = warm.seconds / cold.seconds;
    const bytes = warm.fetched / size;
    return [
      {
        what: 'frontend, one of 21 pins changed: fetch and install against the cold one',
        found: `${(share * 100).toFixed(1)} % (${warm.seconds.toFixed(1)} of ${cold.seconds.toFixed(1)} s)`,
        reach: '<= 10 %',
        reached: share <= 0.1,
      },
      {
        what: 'frontend, one of 21 pins changed: bytes over the network against the package',
        found: `${bytes.toFixed(2)} (${warm.fetched} of ${size})`,
        reach: '<= 1.1',
        reached: bytes <= 1.1,
      },
    ];
  } finally {
    const [tools] = made;
    if (tools !== undefined) {
      const content = `ARG TOOLS\nFROM \${TOOLS}\nRUN --mount=type=cache,id=${own},target=/cache rm -rf /cache/*\n`;
      const tag = `openimis-bench-empty:${own}`;
      await engine.buildImage({ tag, context: [{ path: 'Dockerfile', content }], args: { TOOLS: tools }, labels: {} });
      for (const one of [tag, ...made.toReversed()]) await engine.removeImage(one);
    }
    await rm(folder, { recursive: true, force: true });
    await engine.close();
  }
}
