import type { ListedImage } from '../engines/engine.ts';
import { label } from '../stack/labels.ts';
import { imageLabel } from './image-labels.ts';

/** Something that needs an image: `reference` (a tag) or `id`, or the newest image that was built from a lock's `content`. */
export type ImageNeed = { readonly by: string } & (
  { readonly reference: string; readonly id: string } | { readonly content: string }
);

export type UsedImage = {
  readonly id: string;
  readonly tags: readonly string[];
  /** `frontend`, `backend-tools`, `gateway` ...: what it was made as. */
  readonly kind: string;
  /** ISO 8601. */
  readonly created: string;
  /** Bytes, with layers that it shares with others. */
  readonly size: number;
  /** Why it stays; empty: nobody needs it. */
  readonly uses: readonly string[];
};

/** Milliseconds. A build or a deploy of somebody else may be about to use what it has just made. */
const fresh = 60 * 60 * 1000;

/** Images of ours, newest first, with everything that keeps each of them. */
export function usedImages(
  images: readonly ListedImage[],
  needs: readonly ImageNeed[],
  now: Date,
): readonly UsedImage[] {
  const ordered = images.toSorted((a, b) => (a.created < b.created ? 1 : -1));
  const shared = new Set<string>();
  const contents = new Set<string>();
  return ordered.map((image) => {
    const kind = image.labels[imageLabel.kind] ?? image.labels[label.component] ?? '-';
    const content = image.labels[imageLabel.content];
    const isNewest = content !== undefined && !contents.has(content);
    if (content !== undefined) contents.add(content);
    // One per kind and base: the next build stands on it.
    const family = `${kind} ${image.labels[imageLabel.base] ?? ''}`;
    const serves = content === undefined && !shared.has(family);
    shared.add(family);
    const uses = [
      ...image.containers.map((name) => `container ${name}`),
      ...needs.flatMap((need) => {
        const hit =
          'content' in need
            ? isNewest && need.content === content
            : image.tags.includes(need.reference) || image.id === need.id;
        return hit ? [need.by] : [];
      }),
      ...(serves ? [`newest ${kind}`] : []),
      ...(now.getTime() - Date.parse(image.created) < fresh ? ['made within the last hour'] : []),
    ];
    const { id, tags, created, size } = image;
    return { id, tags, kind, created, size, uses: [...new Set(uses)] };
  });
}
