import { spawn, type ChildProcess } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { Failure } from '../../failure.ts';
import type { Labels, RunLock } from '../engine.ts';
import { statusOf, type Api } from './api.ts';
import { lockArguments } from './arguments.ts';
import { diagnose, lastLines } from './failures.ts';
import { inspect, unless } from './own-containers.ts';
import { carries, temporaryLabel } from './states.ts';

/** Labels of a lock's container that say who holds it. */
const holderLabel = {
  user: 'org.openimis.lock.user',
  host: 'org.openimis.lock.host',
  pid: 'org.openimis.lock.pid',
  since: 'org.openimis.lock.since',
} as const;

/** Seconds. A holder whose link is cut stops being heard: after `patience` the container ends by itself. */
const beat = 20;
const patience = 90;

/** Ends at the end of its standard input, or when no line comes for `patience`; needs sh and coreutils' timeout. */
const holderScript = `echo held; while timeout ${patience} sh -c 'read -r _'; do :; done`;

/**
 * Takes the lock: a container of this name, made by a `docker run --rm -i` child whose standard input we hold. The engine
 * makes a name once, so only one gets it; when this process dies, the input ends, the container with it.
 */
export async function lock(
  api: Api,
  env: Readonly<Record<string, string>>,
  name: string,
  image: string,
  labels: Labels,
): Promise<RunLock> {
  const mark = { ...labels, [temporaryLabel]: 'lock' };
  const who = {
    [holderLabel.user]: userInfo().username,
    [holderLabel.host]: hostname(),
    [holderLabel.pid]: String(process.pid),
    [holderLabel.since]: new Date().toISOString(),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const child = spawn('docker', lockArguments(name, image, { ...mark, ...who }, holderScript), {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C in the terminal must not take the lock away before we have cleaned up.
      detached: true,
    });
    child.stdin.on('error', () => {});
    const refusal = await heldOrRefused(child);
    if (refusal === undefined) return heldLock(api, child, name);
    if (!/Conflict|already in use/.test(refusal)) throw refused(api, image, refusal);
    await removeIfStale(api, name, mark);
    await delay(200 * (attempt + 1));
  }
  throw new Failure('RUN_LOCKED', `another run holds the lock ${name}`, [`docker inspect ${name}`]);
}

/** `undefined` when the container runs, otherwise what docker said. */
async function heldOrRefused(child: ChildProcess): Promise<string | undefined> {
  let said = '';
  const answer = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => answer.resolve('no answer within 60 s'), 60_000);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => text.includes('held') && answer.resolve(undefined));
  child.once('error', (error) => answer.resolve(error.message));
  child.once('close', () => answer.resolve(said === '' ? 'it ended at once' : said));
  const refusal = await answer.promise;
  clearTimeout(timer);
  if (refusal !== undefined) child.kill('SIGKILL');
  return refusal;
}

function heldLock(api: Api, child: ChildProcess, name: string): RunLock {
  const lost = new AbortController();
  const ended = Promise.withResolvers<void>();
  let released = false;
  const timer = setInterval(() => child.stdin?.write('\n'), beat * 1000);
  timer.unref();
  for (const part of [child, child.stdin, child.stdout, child.stderr] as readonly { unref?(): void }[]) part.unref?.();
  child.once('close', () => {
    clearInterval(timer);
    if (!released) lost.abort(new Failure('RUN_LOCKED', `the lock ${name} was lost: its container ended`));
    ended.resolve();
  });
  return {
    lost: lost.signal,
    release: async () => {
      if (released) return ended.promise;
      released = true;
      for (const part of [child, child.stdout, child.stderr] as readonly { ref?(): void }[]) part.ref?.();
      child.stdin?.end();
      // `docker run --rm` ends when the container is removed.
      const done = await Promise.race([ended.promise.then(() => true), delay(15_000, false, { ref: false })]);
      if (done) return;
      child.kill('SIGKILL');
      await api
        .ask('remove the lock', () => api.docker.getContainer(name).remove({ force: true }))
        .catch(unless(404, 409));
    },
  };
}

/** Removes a lock that nobody can hold any more (its container does not run); a running one is RUN_LOCKED. */
async function removeIfStale(api: Api, name: string, mark: Labels): Promise<void> {
  const found = await inspect(api, name);
  if (found === undefined) return;
  const labels = found.Config.Labels ?? {};
  if (!carries(labels, { [temporaryLabel]: 'lock' }))
    throw new Failure('NAME_TAKEN', `the container ${name} is not a lock of openimis and is not touched`);
  const { Status, Running } = found.State;
  const starting = Status === 'created' && Date.now() - Date.parse(found.Created) < 60_000;
  if (Running || starting || Status === 'removing') {
    if (Status === 'removing') return;
    throw new Failure('RUN_LOCKED', `another run holds the lock ${name}: ${holder(labels)}`, [
      'wait until it ends; when its process is gone the lock goes within 90 s',
      `docker rm -f ${name}    only if you are sure that nothing runs`,
    ]);
  }
  if (!carries(labels, mark))
    throw new Failure('FOREIGN_WORKSPACE', `the lock ${name} belongs to another workspace`, [`docker inspect ${name}`]);
  try {
    await api.ask('remove a stale lock', () => api.docker.getContainer(found.Id).remove({ force: true }));
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
  }
}

function holder(labels: Labels): string {
  const value = (name: keyof typeof holderLabel): string => labels[holderLabel[name]] ?? '?';
  return `${value('user')} on ${value('host')} (pid ${value('pid')}) since ${value('since')}`;
}

function refused(api: Api, image: string, text: string): Failure {
  if (/No such image|Unable to find image/.test(text))
    return new Failure('IMAGE_MISSING', `the lock needs the image ${image}, which is not on the engine`);
  return (
    diagnose(text, api.where) ??
    new Failure('COMPOSE_FAILED', `the engine could not make the run lock: ${lastLines(text, 3)}`)
  );
}
