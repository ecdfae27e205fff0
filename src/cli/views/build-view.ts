import { formatSeconds } from '../durations.ts';
import type { BuildOutcome, ImageResult } from '../build-images.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Tags of what was built, or what building would cost. */
export function buildView({ server, built, images }: BuildOutcome): string {
  return [
    ...images.map((one) => (built ? builtLine(one) : estimateLine(one))),
    built ? `Next: openimis deploy ${server} --dry-run` : 'nothing was built',
  ].join('\n');
}

function builtLine({ component, tag, built, took = 0 }: ImageResult): string {
  if (built === undefined) return `${component}  ${tag}  was there already`;
  return `${component}  ${tag}  built in ${formatSeconds(took)}, ${megabytes(built.fetched)} fetched`;
}

function estimateLine({ component, tag, there, estimate }: ImageResult): string {
  if (there) return `${component}  ${tag}  is there: nothing to fetch`;
  const { packages, download, disk, unknown } = estimate;
  const more = unknown === 0 ? '' : ` (${unknown} packages of unknown size)`;
  return `${component}  ${tag}  ${packages} packages, at most ${megabytes(download)}${more} to fetch, about ${megabytes(disk)} of disk`;
}
