import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

/** How far a TCP connection came. `silent`: packets vanish, as behind a firewall that drops them. */
export type Reach =
  | {
      readonly kind: 'open';
      readonly address: string;
      /** Ours on this connection: what the other side's firewall sees, unless a router translates it. */
      readonly localAddress: string;
      readonly milliseconds: number;
    }
  | { readonly kind: 'unresolved'; readonly code: string }
  /** `cut`: it was taken, and reset at once. */
  | { readonly kind: 'refused' | 'silent' | 'unreachable' | 'forbidden' | 'cut' };

export type Opened = { readonly reach: Reach; readonly socket?: Socket };

/** Opens a TCP connection; never throws. `timeout` in seconds, for name and connection together. */
export async function openPort(host: string, port: number, timeout: number): Promise<Opened> {
  const signal = AbortSignal.timeout(timeout * 1000);
  const started = performance.now();
  // The resolver of the operating system cannot be stopped, only no longer waited for.
  const address = await orAborted(lookup(host), signal).catch((error: unknown) => codeOf(error));
  if (typeof address === 'string') return { reach: { kind: 'unresolved', code: address } };
  const left = timeout * 1000 - (performance.now() - started);
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect({ host: address.address, port });
    const give = (reach: Reach): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      if (reach.kind === 'open') return resolve({ reach, socket });
      socket.destroy();
      resolve({ reach });
    };
    const timer = setTimeout(() => give({ kind: 'silent' }), Math.max(1, left));
    socket.once('error', (error) => give({ kind: kindOf(codeOf(error)) }));
    socket.once('connect', () =>
      give({
        kind: 'open',
        address: address.address,
        localAddress: socket.localAddress ?? '',
        milliseconds: Math.round(performance.now() - begun),
      }),
    );
  });
}

function kindOf(code: string): 'refused' | 'silent' | 'unreachable' | 'forbidden' | 'cut' {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET') return 'cut';
  if (code === 'ETIMEDOUT') return 'silent';
  return code === 'EPERM' || code === 'EACCES' ? 'forbidden' : 'unreachable';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
}

/** The promise's result, or a rejection as soon as the signal fires. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new Error('no answer in time'));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const fire = (): void => reject(new Error('no answer in time'));
  signal.addEventListener('abort', fire, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', fire));
}

/**
 * The address of this box that packets to `host` would leave from; nothing is sent. Undefined when there is no route or the
 * name does not resolve.
 */
export async function sourceAddress(host: string, timeout: number): Promise<string | undefined> {
  const target = await orAborted(lookup(host), AbortSignal.timeout(timeout * 1000)).catch(() => undefined);
  if (target === undefined) return undefined;
  const socket = createSocket(target.family === 6 ? 'udp6' : 'udp4');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  socket.on('error', () => resolve(undefined));
  socket.connect(9, target.address, () => resolve(socket.address().address));
  return promise.finally(() => socket.close());
}
