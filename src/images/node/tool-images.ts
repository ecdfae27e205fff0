import type { RenderedImage } from '../../rendering/images.ts';
import { namedBuild, templateFiles } from '../../rendering/images.ts';
import type { BuildWish, Workshop } from '../ecosystem.ts';
import { imageLabel } from '../image-labels.ts';
import type { NpmAccess } from './access.ts';

/** `tools` makes a frontend, `web` serves it; `base` in words. */
export type NodeImages = { readonly tools: RenderedImage; readonly web: RenderedImage; readonly base: string };

/** `refresh`: the day whose system packages they have. */
type ToolWish = Pick<BuildWish, 'base'> & { readonly refresh?: string };

/** The two images that all frontends of an engine share. */
export async function nodeImages({ base, refresh = '' }: ToolWish, workshop: Workshop): Promise<NodeImages> {
  const { engine, templates, progress, signal } = workshop;
  const bottom = await (base === undefined
    ? engine.baseImage(progress, signal)
    : engine.givenBase(base, progress, signal));
  const image = (name: 'tools' | 'web'): RenderedImage =>
    namedBuild(`openimis-node-${name}`, templateFiles(templates, `images/frontend/${name}/`), {
      identity: [bottom, refresh],
      args: { BASE: bottom, REFRESH: refresh },
      labels: { [imageLabel.kind]: `frontend-${name}`, [imageLabel.base]: bottom },
    });
  return { tools: image('tools'), web: image('web'), base: base ?? 'debian:trixie' };
}

/** Builds what is not there yet. */
export async function ensureImages(
  images: readonly RenderedImage[],
  { registry, secrets }: NpmAccess,
  { engine, progress, signal }: Workshop,
): Promise<void> {
  for (const image of images) {
    if ((await engine.image(image.tag)) !== undefined) continue;
    progress(`building ${image.tag}`);
    await engine.buildImage({ ...image, args: { ...image.args, REGISTRY: registry }, secrets }, progress, signal);
  }
}
