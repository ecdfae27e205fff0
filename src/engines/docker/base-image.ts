import { setTimeout as delay } from 'node:timers/promises';

import { Failure } from '../../failure.ts';
import type { Progress } from '../engine.ts';
import type { Api } from './api.ts';
import { importArguments, pullArguments } from './arguments.ts';
import { debianTree, otherMaker } from './debian-tree.ts';
import { spaceLeft } from './disk.ts';
import { lastLines } from './failures.ts';
import { runProgram } from './program.ts';

type Environment = Readonly<Record<string, string>>;

const pulled = 'debian:trixie-slim';
const repository = 'openimis-base';
/** Label of a base that we made or pulled; the tag ends in a hash of its content. */
const baseLabel = 'org.openimis.base';

/** The newest base on the engine, if there is one: made or pulled by us, or tagged by the operator as `openimis-base:trixie-…`. */
export async function cachedBase(api: Api): Promise<string | undefined> {
  const images = await api.ask('list images', () =>
    api.docker.listImages({ filters: { reference: [`${repository}:trixie-*`] } }),
  );
  const newest = images.toSorted((a, b) => b.Created - a.Created)[0];
  return newest?.RepoTags?.find((tag) => tag.startsWith(`${repository}:trixie-`));
}

/** A Debian trixie image on the engine, by a tag of its content: cached, else pulled, else made from Debian packages. */
export async function baseImage(
  api: Api,
  env: Environment,
  progress: Progress = () => {},
  signal?: AbortSignal,
): Promise<string> {
  const cached = await cachedBase(api);
  if (cached !== undefined) return cached;
  progress(`pulling ${pulled}`);
  const refusal = await pull(env, progress, signal);
  if (refusal === undefined) return tagPulled(api);
  progress(`no registry answers (${refusal}); making a base from Debian packages`);
  for (let waited = 0; await otherMaker(); waited++) {
    if (waited % 10 === 0) progress('another run is making the base image');
    await delay(1000, undefined, signal === undefined ? {} : { signal });
    const made = await cachedBase(api);
    if (made !== undefined) return made;
  }
  return make(api, env, refusal, progress, signal);
}

/** Seconds until the registry has to say something, and between two lines after that. */
const connectDeadline = 20;
const silence = 180;

/** `undefined` when it worked, else why not. A firewall that drops packets must not cost minutes. */
async function pull(env: Environment, progress: Progress, signal?: AbortSignal): Promise<string | undefined> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), connectDeadline * 1000);
  const onLine = (line: string): void => {
    progress(line);
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), silence * 1000);
  };
  try {
    const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const result = await runProgram('docker', pullArguments(pulled), { env, timeout: 3600, signal: both, onLine });
    return result.code === 0 ? undefined : lastLines(result.stderr, 1).replace(/^Error response from daemon: /, '');
  } catch (error) {
    if (signal?.aborted === true || !stop.signal.aborted) throw error;
    return `nothing within ${connectDeadline} s`;
  } finally {
    clearTimeout(timer);
  }
}

async function tagPulled(api: Api): Promise<string> {
  const image = api.docker.getImage(pulled);
  const { Id } = await api.ask('inspect an image', () => image.inspect());
  const tag = `trixie-${Id.replace(/^sha256:/, '').slice(0, 12)}`;
  await api.ask('tag an image', () => image.tag({ repo: repository, tag }));
  return `${repository}:${tag}`;
}

async function make(
  api: Api,
  env: Environment,
  refusal: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { Architecture } = (await api.ask('describe itself', () => api.docker.info())) as {
    readonly Architecture: string;
  };
  const tree = await debianTree({ env, architecture: Architecture, refusal, progress, ...(signal && { signal }) });
  try {
    const tag = `${repository}:trixie-${tree.hash.slice(0, 12)}`;
    progress(`importing ${tag}`);
    const changes = [
      `LABEL ${baseLabel}=trixie`,
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'CMD ["bash"]',
    ];
    const result = await runProgram('docker', importArguments(tag, changes), {
      env,
      stdinFile: tree.archive,
      timeout: 3600,
      ...(signal && { signal }),
    });
    if (result.code === 0) return tag;
    if (/no space left on device/i.test(result.stderr)) throw await spaceLeft(api, result.stderr);
    throw new Failure('BASE_IMAGE_UNAVAILABLE', `the engine could not import the base: ${lastLines(result.stderr, 3)}`);
  } finally {
    await tree.remove();
  }
}
