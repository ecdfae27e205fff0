import type { UsedImage } from '../../images/image-uses.ts';
import type { Pruned } from '../images.ts';
import { harmless } from '../paint.ts';
import { table } from '../table.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const name = ({ tags, id }: UsedImage): string => tags.join(' ') || id.slice(0, 19);

export function imagesView(images: readonly UsedImage[]): string {
  if (images.length === 0) return 'no image of openimis is on the engine';
  const rows = images.map((image) => [
    name(image),
    image.created.slice(0, 10),
    megabytes(image.size),
    image.uses.length === 0 ? 'nobody' : usesWords(image.uses),
  ]);
  const spare = images.filter(({ uses }) => uses.length === 0).length;
  const next = spare === 0 ? [] : ['Next: openimis images prune --dry-run'];
  return [harmless(table(rows, ['IMAGE', 'MADE', 'SIZE', 'NEEDED BY'])), ...next].join('\n');
}

function usesWords(uses: readonly string[]): string {
  const shown = uses.slice(0, 3).join(', ');
  return uses.length > 3 ? `${shown} and ${uses.length - 3} more` : shown;
}

export function prunePlanView({ images, bytes, done }: Pruned): string {
  if (images.length === 0) return 'every image of openimis on the engine is needed';
  const rows = images.map((image) => [`  ${name(image)}`, image.created.slice(0, 10), megabytes(image.size)]);
  const verb = done ? 'removed' : 'removes';
  return [
    `${verb} ${images.length} images, at most ${megabytes(bytes)} (layers that others share stay):`,
    harmless(table(rows)),
    'images of containers, revisions and openimis.lock.json stay; what is missing later is built again',
  ].join('\n');
}
