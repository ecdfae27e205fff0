import type { Generation } from '../../modules/generation.ts';
import { namedBuild, type RenderedImage, templateFiles } from '../../rendering/images.ts';
import type { OdbcDriver, Workshop } from '../ecosystem.ts';
import { imageLabel } from '../image-labels.ts';
import type { BuildSecrets } from './access.ts';
import { pythonFacts } from './generations.ts';

export type ToolWish = {
  readonly generation: Generation;
  /** Base image of the operator's choice. */
  readonly base?: string;
  readonly odbc?: OdbcDriver;
  readonly refresh?: string;
};

/** What the final image stands on, and what makes it; `base` in words. */
export type ToolImages = { readonly runtime: string; readonly tools: string; readonly base: string };

const folder = (name: string): string => `images/backend/${name}/`;

/** The images that every backend of this generation shares: built when they are not there. */
export async function toolImages(wish: ToolWish, workshop: Workshop, secrets: BuildSecrets): Promise<ToolImages> {
  const { engine, progress, signal } = workshop;
  const { runtime, tools, base } = await describeToolImages(wish, workshop);
  for (const image of [runtime, tools]) {
    if ((await engine.image(image.tag)) !== undefined) continue;
    progress(`building ${image.tag}`);
    await engine.buildImage({ ...image, secrets }, progress, signal);
  }
  return { runtime: runtime.tag, tools: tools.tag, base };
}

/** The same, without building. */
export async function describeToolImages(
  { generation, base, odbc = 'none', refresh = '' }: ToolWish,
  { engine, templates, progress, signal }: Workshop,
): Promise<{ readonly runtime: RenderedImage; readonly tools: RenderedImage; readonly base: string }> {
  const wanted = pythonFacts(generation).base;
  const reference = base ?? ('image' in wanted ? wanted.image : undefined);
  const bottom =
    reference === undefined
      ? await engine.baseImage(progress, signal, 'suite' in wanted ? wanted.suite : undefined)
      : await engine.givenBase(reference, progress, signal);
  const labels = (kind: string) => ({ [imageLabel.kind]: kind, [imageLabel.base]: bottom });
  const runtime = namedBuild('openimis-python-runtime', templateFiles(templates, folder('runtime')), {
    identity: [bottom, odbc, refresh],
    args: { BASE: bottom, ODBC: odbc, REFRESH: refresh },
    labels: labels('backend-runtime'),
  });
  const tools = namedBuild('openimis-python-tools', templateFiles(templates, folder('tools')), {
    identity: runtime.tag,
    args: { RUNTIME: runtime.tag },
    labels: labels('backend-tools'),
  });
  const words = reference ?? ('suite' in wanted ? `debian:${wanted.suite}` : '');
  return { runtime, tools, base: words };
}
