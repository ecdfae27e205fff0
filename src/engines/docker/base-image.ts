import { setTimeout as delay } from 'node:timers/promises';

import { Failure } from '../../failure.ts';
import type { DebianSuite, Progress } from '../engine.ts';
import { statusOf, type Api } from './api.ts';
import { importArguments, pullArguments } from './arguments.ts';
import { debianTree, otherMaker } from './debian-tree.ts';
import { spaceLeft } from './disk.ts';
import { lastLines } from './failures.ts';
import { runProgram } from './program.ts';

type Environment = Readonly<Record<string, string>>;

const repository = 'openimis-base';
/** Label of a base that we made or pulled; the tag ends in a hash of its content. */
const baseLabel = 'org.openimis.base';

/** The newest base on the engine, if there is one: made or pulled by us, or tagged by the operator as `openimis-base:trixie-…`. */
export async function cachedBase(api: Api, suite: DebianSuite = 'trixie'): Promise<string | undefined> {
  const images = await api.ask('list images', () =>
    api.docker.listImages({ filters: { reference: [`${repository}:${suite}-*`] } }),
  );
  const newest = images.toSorted((a, b) => b.Created - a.Created)[0];
  return newest?.RepoTags?.find((tag) => tag.startsWith(`${repository}:${suite}-`));
}

/** An image of the operator's choice by a tag of its content; pulled when it is not on the engine. */
export async function givenBase(
  api: Api,
  env: Environment,
  reference: string,
  progress: Progress = () => {},
  signal?: AbortSignal,
): Promise<string> {
  if (reference.startsWith(`${repository}:`)) return reference;
  const there = await api.ask('inspect an image', () =>
    api.docker
      .getImage(reference)
      .inspect()
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
        return undefined;
      }),
  );
  if (there === undefined) {
    progress(`pulling ${reference}`);
    const refusal = await pull(env, reference, progress, signal);
    if (refusal !== undefined)
      throw new Failure('BASE_IMAGE_UNAVAILABLE', `the base image ${reference} cannot be pulled: ${refusal}`, [
        `without a registry: docker save ${reference} on a machine that has it, docker load on the box`,
        'or another base: servers.NAME.images.base in openimis.yaml',
      ]);
  }
  return tagPulled(api, reference, reference.replace(/[^A-Za-z0-9.]+/g, '-'));
}

/** A Debian image on the engine, by a tag of its content: cached, else pulled, else made from Debian packages. */
export async function baseImage(
  api: Api,
  env: Environment,
  progress: Progress = () => {},
  signal?: AbortSignal,
  suite: DebianSuite = 'trixie',
): Promise<string> {
  const cached = await cachedBase(api, suite);
  if (cached !== undefined) return cached;
  const pulled = `debian:${suite}-slim`;
  progress(`pulling ${pulled}`);
  const refusal = await pull(env, pulled, progress, signal);
  if (refusal === undefined) return tagPulled(api, pulled, suite);
  progress(`no registry answers (${refusal}); making a base from Debian packages`);
  for (let waited = 0; await otherMaker(); waited++) {
    if (waited % 10 === 0) progress('another run is making the base image');
    await delay(1000, undefined, signal === undefined ? {} : { signal });
    const made = await cachedBase(api, suite);
    if (made !== undefined) return made;
  }
  return make(api, env, suite, refusal, progress, signal);
}

/** Seconds until the registry has to say something, and between two lines after that. */
const connectDeadline = 20;
const silence = 180;

/** `undefined` when it worked, else why not. A firewall that drops packets must not cost minutes. */
async function pull(
  env: Environment,
  reference: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), connectDeadline * 1000);
  const onLine = (line: string): void => {
    progress(line);
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), silence * 1000);
  };
  try {
    const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const result = await runProgram('docker', pullArguments(reference), { env, timeout: 3600, signal: both, onLine });
    return result.code === 0 ? undefined : lastLines(result.stderr, 1).replace(/^Error response from daemon: /, '');
  } catch (error) {
    if (signal?.aborted === true || !stop.signal.aborted) throw error;
    return `nothing within ${connectDeadline} s`;
  } finally {
    clearTimeout(timer);
  }
}

async function tagPulled(api: Api, reference: string, name: string): Promise<string> {
  const image = api.docker.getImage(reference);
  const { Id } = await api.ask('inspect an image', () => image.inspect());
  const tag = `${name}-${Id.replace(/^sha256:/, '').slice(0, 12)}`;
  await api.ask('tag an image', () => image.tag({ repo: repository, tag }));
  return `${repository}:${tag}`;
}

async function make(
  api: Api,
  env: Environment,
  suite: DebianSuite,
  refusal: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { Architecture } = (await api.ask('describe itself', () => api.docker.info())) as {
    readonly Architecture: string;
  };
  const tree = await debianTree({
    env,
    suite,
    architecture: Architecture,
    refusal,
    progress,
    ...(signal && { signal }),
  });
  try {
    const tag = `${repository}:${suite}-${tree.hash.slice(0, 12)}`;
    progress(`importing ${tag}`);
    const changes = [
      `LABEL ${baseLabel}=${suite}`,
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
