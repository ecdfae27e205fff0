import type { ImageState, Labels, ListedImage } from '../engine.ts';
import { type Api, statusOf } from './api.ts';
import { unless } from './own-containers.ts';

export async function image(api: Api, reference: string): Promise<ImageState | undefined> {
  try {
    const found = await api.ask('inspect an image', () => api.docker.getImage(reference).inspect());
    return { id: found.Id, labels: found.Config.Labels ?? {}, created: found.Created, size: found.Size };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Images with these labels, newest first, and which containers need each. */
export async function listImages(api: Api, labels: Labels): Promise<readonly ListedImage[]> {
  const label = Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  const found = await api.ask('list images', () => api.docker.listImages({ filters: { label } }));
  const containers = await api.ask('list containers', () => api.docker.listContainers({ all: true }));
  return found
    .toSorted((a, b) => b.Created - a.Created)
    .map((one) => ({
      id: one.Id,
      tags: (one.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
      labels: one.Labels ?? {},
      created: new Date(one.Created * 1000).toISOString(),
      size: one.Size,
      containers: containers
        .filter(({ ImageID }) => ImageID === one.Id)
        .map(({ Names, Id }) => Names[0]?.slice(1) ?? Id),
    }));
}

/** Without force: the engine itself refuses (409) an image that a container needs. */
export async function removeImage(api: Api, reference: string): Promise<void> {
  await api.ask('remove an image', () => api.docker.getImage(reference).remove(), 300).catch(unless(404));
}
