import { createDockerEngine } from '../../../../src/engines/docker/docker-engine.ts';
import { packageRoot } from '../../../../src/package-root.ts';
import { imageBuild } from '../../../../src/rendering/images.ts';
import { loadTemplates } from '../../../../src/rendering/templates/load.ts';

let built: Promise<string> | undefined;

/** The gateway's image as the product builds it; made once, found again by its content. */
export function gatewayImage(): Promise<string> {
  return (built ??= build());
}

async function build(): Promise<string> {
  const engine = await createDockerEngine();
  try {
    const templates = await loadTemplates(packageRoot(), ['images']);
    const image = imageBuild('gateway', await engine.baseImage(), templates, { 'org.openimis.test': 'gateway' });
    await engine.buildImage(image);
    return image.tag;
  } finally {
    await engine.close();
  }
}
