import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

import Dockerode from 'dockerode';

import { Failure } from '../../failure.ts';
import { dialArguments } from './arguments.ts';
import { diagnose, notRunning, type Circumstances } from './failures.ts';

/** What the parts of the engine share. */
export type Api = {
  readonly docker: Dockerode;
  readonly where: Circumstances;
  /** Asks the engine; a silent engine is ENGINE_UNREACHABLE after `seconds` (30), other errors are diagnosed. */
  ask<T>(what: string, question: () => Promise<T>, seconds?: number): Promise<T>;
  close(): void;
};

type Socket = Duplex & {
  setKeepAlive(): Socket;
  setNoDelay(): Socket;
  setTimeout(): Socket;
  ref(): Socket;
  unref(): Socket;
};

/** One connection to the engine = one `docker system dial-stdio`: same endpoint, context and ssh as Compose uses. */
export function dial(env: Readonly<Record<string, string>>): Socket {
  const child = spawn('docker', dialArguments, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-4000)));
  const failed = (): Error => new Error(complaint.trim());
  const duplex = new Duplex({
    read: () => void child.stdout.resume(),
    // A short command may have ended before its empty input arrives: then its output is what counts, not our writing.
    write: (chunk: Buffer, _encoding, done) =>
      void child.stdin.write(chunk, (error) => done(error == null || complaint === '' ? null : failed())),
    // The callback of end() is never called on a stream that the end of its child has destroyed.
    final: (done) => (child.stdin.destroyed ? done() : void child.stdin.end(() => done())),
    destroy: (error, done) => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.kill('SIGTERM');
      done(error);
    },
  });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) child.stdout.pause();
  });
  child.on('error', (error) => duplex.destroy(error));
  // `close` comes after the last output, so that the reason is complete.
  child.on('close', (code) => {
    if (code !== 0 && complaint !== '') duplex.destroy(failed());
    else duplex.push(null);
  });
  const parts = [child, child.stdin, child.stdout, child.stderr] as readonly { ref(): void; unref(): void }[];
  const socket: Socket = Object.assign(duplex, {
    setKeepAlive: () => socket,
    setNoDelay: () => socket,
    setTimeout: () => socket,
    ref: () => {
      for (const part of parts) part.ref();
      return socket;
    },
    unref: () => {
      for (const part of parts) part.unref();
      return socket;
    },
  });
  return socket;
}

/** A dockerode over dial-stdio children; idle ones are kept and do not keep the process alive. */
export function openApi(env: Readonly<Record<string, string>>, where: Circumstances): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, maxFreeSockets: 4 });
  const open = new Set<Socket>();
  agent.createConnection = () => {
    const socket = dial(env);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  };
  // Everything that dockerode would read from the environment by itself is given here.
  const docker = new Dockerode({
    protocol: 'http',
    host: 'docker',
    port: 80,
    agent,
    ca: undefined,
    cert: undefined,
    key: undefined,
  } as Dockerode.DockerOptions);
  const close = (): void => {
    agent.destroy();
    for (const socket of open) socket.destroy();
  };
  return {
    docker,
    where,
    close,
    ask: async (what, question, seconds = 30) => {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(
          new Failure(
            'ENGINE_UNREACHABLE',
            `the engine at ${where.endpoint} did not answer within ${seconds} s (${what})`,
            ['docker version    with the same DOCKER_HOST and context'],
          ),
        );
      }, seconds * 1000);
      try {
        return await Promise.race([question(), late.promise]);
      } catch (error) {
        throw error instanceof Failure ? error : explained(what, error, where);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** HTTP status of an error of the engine's API. */
export function statusOf(error: unknown): number | undefined {
  const source = error instanceof Failure ? error.cause : error;
  if (typeof source !== 'object' || source === null || !('statusCode' in source)) return undefined;
  return typeof source.statusCode === 'number' ? source.statusCode : undefined;
}

/** Keeps the error as the cause: its HTTP status is asked for later. */
function explained(what: string, error: unknown, where: Circumstances): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const known = diagnose(text, where);
  if (known !== undefined) return new Failure(known.code, known.message, known.hints, { cause: error });
  if (statusOf(error) === undefined) return notRunning(where, { cause: error });
  const reason = /^\(HTTP code \d+\) [^-]* - (.*?)\s*$/s.exec(text)?.[1] ?? text;
  return new Failure('COMPOSE_FAILED', `the engine could not ${what}: ${reason}`, [], { cause: error });
}
