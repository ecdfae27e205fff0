import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

import { Failure } from '../../failure.ts';
import type { CommandResult, RunOnce } from '../engine.ts';
import { statusOf, type Api } from './api.ts';
import { frameReader } from './log-frames.ts';
import { ownContainer, unless } from './own-containers.ts';
import { temporaryLabel } from './states.ts';

/** Exit code of a command that was cut by its time-out, as timeout(1) has it. */
const timedOutCode = 124;

/** Bytes per stream that are kept. */
const largestOutput = 16 * 1024 * 1024;

/** Runs a command in a running container of ours. `timeout` in seconds, default 60; then the code is 124. */
export async function exec(
  api: Api,
  container: string,
  argv: readonly string[],
  options: { readonly stdin?: string; readonly timeout?: number } = {},
): Promise<CommandResult> {
  const handle = await ownContainer(api, container);
  const timeout = options.timeout ?? 60;
  const command = await api.ask('prepare a command', () =>
    handle.exec({ Cmd: [...argv], AttachStdin: true, AttachStdout: true, AttachStderr: true }),
  );
  const stream = await api.ask('start a command', () => command.start({ hijack: true, stdin: true }));
  const output = await api.ask('run a command', () => talk(stream, options.stdin ?? '', timeout), timeout + 30);
  if (output.timedOut) return late(output, timeout);
  const { ExitCode } = await api.ask('ask for an exit code', () => command.inspect());
  return { code: ExitCode ?? 1, stdout: output.stdout, stderr: output.stderr };
}

/** A container for one command: no capabilities, removed afterwards whatever happens. After `timeout` the code is 124. */
export async function runOnce(api: Api, run: RunOnce): Promise<CommandResult> {
  const name = `openimis-once-${randomBytes(6).toString('hex')}`;
  const [entrypoint, ...rest] = run.argv;
  if (entrypoint === undefined) throw new Error('runOnce needs a command');
  const create = (): Promise<Awaited<ReturnType<typeof api.docker.createContainer>>> =>
    api.docker.createContainer({
      name,
      Image: run.image,
      Entrypoint: [entrypoint],
      Cmd: rest,
      Env: Object.entries(run.environment ?? {}).map(([key, value]) => `${key}=${value}`),
      Labels: { ...run.labels, [temporaryLabel]: 'once' },
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: run.network ?? 'none',
        ExtraHosts: Object.entries(run.extraHosts ?? {}).map(([host, address]) => `${host}:${address}`),
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Init: true,
      },
    });
  const container = await api.ask('create a container', create).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
    throw new Failure('IMAGE_MISSING', `the image ${run.image} is not on the engine`, [`docker pull ${run.image}`]);
  });
  try {
    const stream = await api.ask('attach to a container', () =>
      container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true }),
    );
    await api.ask('start a container', () => container.start(), 60);
    const output = await api.ask('run a command', () => talk(stream, run.stdin ?? '', run.timeout), run.timeout + 30);
    if (output.timedOut) return late(output, run.timeout);
    const ended = (await api.ask('wait for a container', () => container.wait())) as { readonly StatusCode: number };
    return { code: ended.StatusCode, stdout: output.stdout, stderr: output.stderr };
  } finally {
    await api.ask('remove a container', () => container.remove({ force: true, v: true }), 60).catch(unless(404, 409));
  }
}

type Output = { readonly stdout: string; readonly stderr: string; readonly timedOut: boolean };

function late(output: Output, timeout: number): CommandResult {
  return { code: timedOutCode, stdout: output.stdout, stderr: `${output.stderr}no answer within ${timeout} s` };
}

/** Writes standard input, closes it, and reads both streams to their end or for `timeout` seconds. */
async function talk(stream: Duplex | NodeJS.ReadWriteStream, stdin: string, timeout: number): Promise<Output> {
  const duplex = stream as Duplex;
  const frames = frameReader();
  const kept = { out: [] as Buffer[], err: [] as Buffer[], outSize: 0, errSize: 0 };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    duplex.destroy();
  }, timeout * 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      duplex.on('data', (chunk: Buffer) => {
        for (const { stderr, data } of frames(chunk)) {
          if (stderr && (kept.errSize += data.length) <= largestOutput) kept.err.push(data);
          if (!stderr && (kept.outSize += data.length) <= largestOutput) kept.out.push(data);
        }
      });
      duplex.once('end', resolve);
      duplex.once('close', resolve);
      duplex.once('error', reject);
      duplex.end(stdin);
    });
  } finally {
    clearTimeout(timer);
    duplex.destroy();
  }
  return {
    stdout: Buffer.concat(kept.out).toString('utf8'),
    stderr: Buffer.concat(kept.err).toString('utf8'),
    timedOut,
  };
}
