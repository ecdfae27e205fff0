import { revisionNeeds } from '../deployment/image-needs.ts';
import type { Engine, ListedImage } from '../engines/engine.ts';
import { imageLabel } from '../images/image-labels.ts';
import { type ImageNeed, type UsedImage, usedImages } from '../images/image-uses.ts';
import { label } from '../stack/labels.ts';
import { readLock } from '../workspace/store/lock-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { needConsent } from './prompts.ts';
import { prunePlanView } from './views/images-view.ts';
import { withEngine } from './with-engine.ts';

export type Pruned = {
  readonly images: readonly UsedImage[];
  /** Bytes; layers that others have too stay, so at most this. */
  readonly bytes: number;
  readonly done: boolean;
};

/** `openimis images list`: what of ours is on the engine, and what needs it. */
export async function listImages(folder: string | undefined): Promise<readonly UsedImage[]> {
  return withEngine(async (engine) => used(engine, await lockNeeds(folder)));
}

/** `openimis images prune`: removes what no container, revision, lock or next build needs. */
export async function pruneImages(request: CommandRequest<{ readonly 'dry-run': boolean }>): Promise<Pruned> {
  const locks = await lockNeeds(request.folder);
  return withEngine(async (engine) => {
    const images = (await used(engine, locks)).filter(({ uses }) => uses.length === 0);
    const plan = { images, bytes: images.reduce((sum, { size }) => sum + size, 0), done: false };
    if (images.length === 0 || request.flags['dry-run']) return plan;
    if (request.mode !== 'silent') process.stderr.write(`${prunePlanView(plan)}\n`);
    await needConsent(`Remove ${images.length} images?`, request);
    for (const { tags, id } of images) {
      request.signal.throwIfAborted();
      for (const reference of tags.length === 0 ? [id] : tags) await engine.removeImage(reference);
    }
    return { ...plan, done: true };
  });
}

async function used(engine: Engine, locks: readonly ImageNeed[]): Promise<readonly UsedImage[]> {
  const found = [
    ...(await engine.images({ [imageLabel.kind]: '' })),
    ...(await engine.images({ [label.component]: '' })),
  ];
  const images = [...new Map(found.map((one) => [one.id, one])).values()].filter(isOurs);
  const carrier = images.find(({ tags }) => tags.length > 0)?.tags[0];
  return usedImages(images, [...(await revisionNeeds(engine, carrier)), ...locks], new Date());
}

/** Under a name that openimis gives; what somebody else has built on an image of ours is theirs. */
function isOurs({ tags }: ListedImage): boolean {
  return tags.every((tag) => /^openimis-[a-z-]+:[0-9a-f]{16}$/.test(tag));
}

/** What the workspace's lock file names, built or not; without a workspace nothing. */
async function lockNeeds(folder: string | undefined): Promise<readonly ImageNeed[]> {
  const workspace = await openWorkspace(folder).catch((error: unknown) => {
    if (folder !== undefined) throw error;
    return undefined;
  });
  if (workspace === undefined) return [];
  const { lock } = await readLock(workspace.folder);
  return Object.entries(lock.servers).flatMap(([server, { components }]) =>
    Object.entries(components).map(([component, { content }]) => ({ by: `lock of ${server} ${component}`, content })),
  );
}
