import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

import { openVisitor } from '../../test/e2e/gateway/support/client.ts';
import { cookieHeader, now, seal } from '../../test/e2e/gateway/support/seal.ts';
import { nameOf, type Rig, sessionOf } from './rig.ts';
import { wrk } from './rounds.ts';

/** wrk with keep-alive while the generations are switched to and fro. */
export async function switchUnderLoad(
  rig: Rig,
  seconds: number,
): Promise<{ readonly requests: number; readonly errors: number; readonly switches: number }> {
  let running = true;
  let switches = 0;
  const switching = (async () => {
    while (running) {
      const bank = await rig.gateway.run('openimis-gateway', 'bank', String(1 - (switches % 2)));
      if (bank.code !== 0) throw new Error(bank.output);
      switches++;
      await delay(300);
    }
  })();
  const target = { port: 8443, path: '/iapi/graphql', headers: () => rig.visitors(50) };
  const { requests, errors } = await wrk(rig, target, 32, seconds).finally(() => (running = false));
  await switching;
  await rig.gateway.run('openimis-gateway', 'bank', '0');
  return { requests, errors, switches };
}

export type ReloadResult = {
  readonly answers: number;
  readonly reloads: number;
  /** Answers that began and did not end. Must be 0. */
  readonly cut: number;
  /** Connections that nginx closed while nothing was asked on them. */
  readonly closedIdle: number;
  /** Requests that met a connection which was just being closed: not a byte came back. A browser repeats those by itself. */
  readonly met: number;
};

/** Connections with keep-alive that ask without a pause; every end of a connection is told apart. */
export async function reloadUnderLoad(rig: Rig, reloads: number): Promise<ReloadResult> {
  const result = { answers: 0, reloads, cut: 0, closedIdle: 0, met: 0 };
  const headers = rig.visitors(1).split('\t').join('\r\n');
  const request = `GET /iapi/graphql HTTP/1.1\r\n${headers}\r\n\r\n`;
  let running = true;
  const open = (): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const port = rig.gateway.https;
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => resolve(socket));
      socket.once('error', reject);
    });
  const one = async (pause: number): Promise<void> => {
    while (running) {
      const socket = await open();
      await new Promise<void>((ended) => {
        let text = '';
        let asked = false;
        const ask = (): void => {
          if (!running) return void socket.end();
          if (socket.destroyed) return;
          asked = true;
          socket.write(request);
        };
        socket.removeAllListeners('error').on('error', () => undefined);
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (!isWhole(text)) return;
          if (!text.startsWith('HTTP/1.1 200')) result.cut++;
          result.answers++;
          const last = /\r\nconnection: close\r\n/i.test(text);
          text = '';
          asked = false;
          if (last) socket.end();
          else if (pause === 0) ask();
          else setTimeout(ask, pause);
        });
        socket.on('close', () => {
          if (text !== '') result.cut++;
          else if (asked) result.met++;
          else if (running) result.closedIdle++;
          ended();
        });
        ask();
      });
    }
  };
  const clients = Array.from({ length: 32 }, (_, n) => one(n % 2 === 0 ? 0 : 50));
  for (let n = 0; n < reloads; n++) {
    await delay(500);
    const { code, output } = await rig.gateway.run('openimis-gateway', 'activate', 'bench');
    if (code !== 0) throw new Error(output);
  }
  await delay(500);
  running = false;
  await Promise.all(clients);
  return result;
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, end + 2))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length);
}

/** Users who ask /iapi every two seconds and keep cookies as browsers do; how often does the gateway ask the legacy? */
export async function requestsToLegacy(
  rig: Rig,
  users: number,
  minutes: number,
): Promise<{ readonly asked: number; readonly answers: number; readonly refused: number }> {
  const before = await rig.asked();
  const end = Date.now() + minutes * 60_000;
  let answers = 0;
  let refused = 0;
  const visit = async (n: number): Promise<void> => {
    const visitor = openVisitor(rig.gateway.https);
    const session = sessionOf(900 - n);
    const sealed = seal(rig.gateway.secrets.signingKey, { user: nameOf(900 - n), session, issued: now() - 600 });
    for (const pair of cookieHeader(sealed, session).split('; '))
      visitor.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    await delay((n / users) * 2000);
    while (Date.now() < end) {
      const { status } = await visitor.ask('/iapi/graphql');
      if (status === 200) answers++;
      else refused++;
      await delay(2000);
    }
  };
  await Promise.all(Array.from({ length: users }, (_, n) => visit(n)));
  return { asked: (await rig.asked()) - before, answers, refused };
}
