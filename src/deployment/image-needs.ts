import type { Engine } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import type { ImageNeed } from '../images/image-uses.ts';
import { label } from '../stack/labels.ts';
import { readRecords } from './revision-record.ts';

/**
 * Every image that a revision of any server on this engine was made of, whoever's workspace it is: a way back needs it.
 * Throws BASE_IMAGE_UNAVAILABLE when a history cannot be read: then nobody knows what is needed.
 * @param carrier an image to read volumes with; undefined: there is none
 */
export async function revisionNeeds(engine: Engine, carrier: string | undefined): Promise<readonly ImageNeed[]> {
  const volumes = (await engine.volumes({})).filter(
    ({ name, labels }) => name.endsWith('_state') && labels[label.workspace] !== undefined,
  );
  const needs: ImageNeed[] = [];
  for (const { name, labels } of volumes) {
    if (carrier === undefined)
      throw new Failure('BASE_IMAGE_UNAVAILABLE', `there is no image to read the revisions in ${name} with`, [
        `openimis deploy ${labels[label.server] ?? 'SERVER'}`,
      ]);
    for (const { revision, plan } of readRecords(await engine.readVolume(name, carrier, labels)))
      for (const { reference, id } of Object.values(plan?.images ?? {}))
        needs.push({ by: `${labels[label.server] ?? name} r${revision}`, reference, id });
  }
  return needs;
}
