import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';

import { Failure } from '../../failure.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import type { Labels } from '../engine.ts';
import { statusOf, type Api } from './api.ts';
import { checkedPath, foldersOf, packFiles, unpackFiles, type OwnedFile } from './archive.ts';
import { ownContainer, unless } from './own-containers.ts';
import { composeLabel, isForeign, labelFilter, temporaryLabel } from './states.ts';

type Container = Awaited<ReturnType<typeof ownContainer>>;

/** Where a volume is mounted in the container that carries files to it; no image has this folder. */
const carrierFolder = '/openimis-volume';

export async function upload(api: Api, container: string, folder: string, files: readonly OwnedFile[]): Promise<void> {
  const handle = await ownContainer(api, container);
  await put(api, handle, folder, files);
}

/** Only folders that do not exist become entries: an entry of an existing one would change its owner and mode. */
async function put(api: Api, container: Container, folder: string, files: readonly OwnedFile[]): Promise<void> {
  if (files.length === 0) return;
  let anchor = posix.normalize(folder);
  while (anchor !== '/' && !(await exists(api, container, anchor))) anchor = posix.dirname(anchor);
  const below = posix.relative(anchor, posix.normalize(folder));
  const placed = files.map((file) => ({ ...file, path: posix.join(below, checkedPath(file.path)) }));
  const owners = new Map<string, number>();
  for (const { path, uid } of placed)
    for (const parent of foldersOf([path])) if (!owners.has(parent)) owners.set(parent, uid ?? 0);
  const missing: { path: string; uid: number }[] = [];
  for (const [path, uid] of [...owners].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const underMissing = missing.some((parent) => path.startsWith(`${parent.path}/`));
    if (underMissing || !(await exists(api, container, posix.join(anchor, path)))) missing.push({ path, uid });
  }
  const archive = await packFiles(missing, placed);
  await api.ask('write files', () => container.putArchive(archive, { path: anchor }), 300);
}

async function exists(api: Api, container: Container, path: string): Promise<boolean> {
  try {
    const answer: unknown = await api.ask('look at a folder', () => container.infoArchive({ path }));
    (answer as NodeJS.ReadableStream).resume();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

export async function download(api: Api, container: string, folder: string): Promise<readonly RenderedFile[]> {
  return fetchFiles(api, await ownContainer(api, container), folder);
}

async function fetchFiles(api: Api, container: Container, folder: string): Promise<readonly RenderedFile[]> {
  try {
    return await api.ask('read files', async () => unpackFiles(await container.getArchive({ path: folder })), 300);
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw error;
  }
}

/** Creates the volume if absent; one of another workspace or server is refused. */
export async function ensureVolume(api: Api, name: string, labels: Labels): Promise<void> {
  const present = await volumeLabels(api, name);
  if (present === undefined) {
    // With Compose's own labels Compose takes the volume as the project's and does not warn.
    const [project, volume] = name.split('_', 2);
    const asCompose =
      project === undefined || volume === undefined
        ? {}
        : { [composeLabel.project]: project, [composeLabel.volume]: volume };
    const created = { ...asCompose, ...labels };
    await api.ask('create a volume', () => api.docker.createVolume({ Name: name, Labels: created }));
  }
  // Creating an existing volume is no error, so who won a race is seen only afterwards.
  const now = await volumeLabels(api, name);
  if (now !== undefined && isForeign(now, labels))
    throw new Failure('FOREIGN_WORKSPACE', `the volume ${name} belongs to another workspace and is not touched`, [
      `docker volume inspect ${name}`,
    ]);
}

async function volumeLabels(api: Api, name: string): Promise<Labels | undefined> {
  try {
    const volume = await api.ask('inspect a volume', () => api.docker.getVolume(name).inspect());
    return volume.Labels ?? {};
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export async function writeVolume(
  api: Api,
  volume: string,
  image: string,
  files: readonly RenderedFile[],
  labels: Labels,
): Promise<void> {
  await ensureVolume(api, volume, labels);
  await withCarrier(api, volume, image, labels, (carrier) => put(api, carrier, carrierFolder, files));
}

/** Absent volume: no files. */
export async function readVolume(
  api: Api,
  volume: string,
  image: string,
  labels: Labels,
): Promise<readonly RenderedFile[]> {
  if ((await volumeLabels(api, volume)) === undefined) return [];
  await ensureVolume(api, volume, labels);
  return withCarrier(api, volume, image, labels, (carrier) => fetchFiles(api, carrier, carrierFolder));
}

/** A container that is created, never started, and removed: the engine reads and writes its mounts all the same. */
async function withCarrier<T>(
  api: Api,
  volume: string,
  image: string,
  labels: Labels,
  work: (carrier: Container) => Promise<T>,
): Promise<T> {
  const mark = { ...labels, [temporaryLabel]: `carrier of ${volume}` };
  await removeLeftovers(api, mark);
  const carrier = await api.ask('create a container', () =>
    api.docker.createContainer({
      name: `${volume}-carrier-${randomBytes(4).toString('hex')}`,
      Image: image,
      Entrypoint: ['/never-started'],
      Labels: mark,
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'volume', Source: volume, Target: carrierFolder, VolumeOptions: noCopy }],
      },
    }),
  );
  try {
    return await work(carrier);
  } finally {
    await api.ask('remove a container', () => carrier.remove({ force: true })).catch(unless(404, 409));
  }
}

/** Nothing of the image goes into the volume. */
const noCopy = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } };

/** Carriers of a run that was killed: older than a minute, so none that another run is using. */
async function removeLeftovers(api: Api, mark: Labels): Promise<void> {
  const found = await api.ask('list containers', () =>
    api.docker.listContainers({ all: true, filters: labelFilter(mark) }),
  );
  const old = found.filter(({ Created }) => Date.now() / 1000 - Created > 60);
  await Promise.all(
    old.map(({ Id }) =>
      api.ask('remove a container', () => api.docker.getContainer(Id).remove({ force: true })).catch(unless(404, 409)),
    ),
  );
}
