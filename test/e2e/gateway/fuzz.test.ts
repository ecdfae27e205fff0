import { connect } from 'node:tls';

import { hash } from 'bcryptjs';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { oddRequest, randomFrom } from './support/odd-requests.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const requests = 10_000;
/** Another seed finds other things: OPENIMIS_FUZZ_SEED=… repeats a run. */
const seed = Number(process.env['OPENIMIS_FUZZ_SEED'] ?? 20_261_125);
let world: World;

beforeAll(async () => {
  world = await openWorld({ htpasswd: `a:${await hash('b', 4)}\n` });
});
afterAll(() => world.close());

/** The status of the answer, or why there was none. */
function send(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => socket.write(bytes, 'latin1'));
    // Half a request never gets an answer.
    socket.setTimeout(1000, () => socket.destroy(new Error('silent')));
    socket.on('data', (chunk: Buffer) => {
      if (text.length < 20_000) text += chunk.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(text === '' ? (error.code ?? error.message) : status(text)),
    );
    socket.on('close', () => resolve(text === '' ? 'closed' : status(text)));
  });
}

const status = (text: string): string => /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 'HTTP/0.9';

/** Process ids of nginx, which stay the same as long as no worker dies. */
const workers = async (): Promise<string> =>
  (
    await world.gateway.run(
      'sh',
      '-c',
      'for p in /proc/[0-9]*; do read n < $p/comm && [ "$n" = nginx ] && echo ${p#/proc/}; done; true',
    )
  ).output;

it(`${requests} odd requests (seed ${seed}) end in no Lua error, no dead worker and no failure of our own`, async () => {
  process.stderr.write(`fuzz: seed ${seed}, ${requests} requests\n`);
  const before = await workers();
  expect(before.split('\n').length).toBeGreaterThan(2);
  const random = randomFrom(seed);
  const counts = new Map<string, number>();
  const failed: string[] = [];
  let left = requests;
  const clients = Array.from({ length: 16 }, async () => {
    while (left-- > 0) {
      const bytes = oddRequest(random);
      const outcome = await send(world.gateway.https, bytes);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      // 501 and 505 are nginx's own words for a transfer encoding and a version that it does not know.
      if (/^5/.test(outcome) && outcome !== '501' && outcome !== '505')
        failed.push(`${outcome} for ${JSON.stringify(bytes)}`);
    }
  });
  await Promise.all(clients);
  process.stderr.write(
    `fuzz: ${[...counts]
      .sort()
      .map(([outcome, count]) => `${outcome}: ${count}`)
      .join(', ')}\n`,
  );
  expect(failed.slice(0, 5)).toEqual([]);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(requests);
  // Most must have come through to Lua and beyond, or nothing was tried.
  expect((counts.get('200') ?? 0) + (counts.get('302') ?? 0)).toBeGreaterThan(requests / 4);
  expect(await workers()).toBe(before);
  const lines = await world.gateway.errors();
  expect(unexpected(lines)).toEqual([]);
  expect(lines.filter((line) => /lua|traceback|signal/i.test(line))).toEqual([]);
  expect((await world.gateway.run('openimis-gateway', 'health')).code).toBe(0);
});
