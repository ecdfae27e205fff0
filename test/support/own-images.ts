import { ownImage, ownImageNames } from '../../src/deployment/render.ts';
import { createDockerEngine } from '../../src/engines/docker/docker-engine.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import { buildStandInImage } from '../../src/sandbox/stand-in-image.ts';

/** Makes the images that most e2e tests start from, once: two lanes that find none would both begin to. */
export async function ownImages(): Promise<void> {
  const engine = await createDockerEngine();
  const began = Date.now();
  try {
    const base = await engine.baseImage();
    const templates = await loadTemplates(packageRoot(), ['images']);
    for (const name of ownImageNames) await engine.buildImage(ownImage(name, base, templates));
    await buildStandInImage(engine, () => {}, new AbortController().signal);
  } finally {
    await engine.close();
  }
  console.log(`set-up: the images are there (${Math.round((Date.now() - began) / 1000)} s)`);
}
