import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Engine } from '../../../src/engines/engine.ts';

const folder = join(import.meta.dirname, 'upstream-image');

/** An image of upstream's shape that says what it was given; made once per content. */
export async function upstreamImage(engine: Engine): Promise<string> {
  const base = await engine.baseImage();
  const names = (await readdir(folder)).sort();
  const context = await Promise.all(
    names.map(async (path) => ({ path, content: await readFile(join(folder, path), 'utf8') })),
  );
  const hash = createHash('sha256')
    .update(JSON.stringify([base, context]))
    .digest('hex')
    .slice(0, 16);
  const tag = `openimis-e2e-rendering:${hash}`;
  if ((await engine.image(tag)) === undefined)
    await engine.buildImage({ tag, context, args: { BASE: base }, labels: { 'org.openimis.test': 'rendering' } });
  return tag;
}
