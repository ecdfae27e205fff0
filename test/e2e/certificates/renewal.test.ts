import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunningGateway } from '../gateway/support/gateway-container.ts';
import { eventually, openWorld, presented, type World } from './support/gateway.ts';

let world: World;
let gateway: RunningGateway;

/** Certificates of ninety seconds, so that a renewal is due after one minute instead of sixty days. */
beforeAll(async () => {
  world = await openWorld({ validity: 90 });
  await world.pebble.stop();
  gateway = await world.gateway(world.acme());
});
afterAll(() => world.close());

const serial = async (): Promise<string> => (await presented(gateway)).certificate.serialNumber;
const attempt = async (key: string): Promise<string> =>
  (await gateway.run('sed', '-n', `s/^${key}=//p`, '/var/lib/openimis/certificate-attempt')).output.trim();

describe('renewals without a person', () => {
  it('serves its own certificate while the authority is down, and gets one when it is back', async () => {
    await eventually(30, 'a failed attempt', async () => (await attempt('result')) === 'failed');
    expect((await presented(gateway)).certificate.issuer).toContain('openIMIS gateway');
    await world.pebble.start({ validity: 90 });
    await eventually(120, 'a certificate', async () =>
      (await presented(gateway)).certificate.issuer.includes('Pebble'),
    );
    expect(await world.pebble.knows(await serial())).toBe(true);
  });

  it('renews when a third of the time is left, and every connection is answered meanwhile', async () => {
    const before = await serial();
    const statuses = new Set<number>();
    const after = await eventually(120, 'the next certificate', async () => {
      statuses.add((await fetch(`http://127.0.0.1:${gateway.http}/`, { redirect: 'manual' })).status);
      const now = await serial();
      return now !== before && now;
    });
    expect([...statuses]).toEqual([307]);
    expect(await world.pebble.knows(after)).toBe(true);
  });

  it('goes on after a restart, and after the process that looks after it was killed', async () => {
    await gateway.restart();
    const before = await serial();
    const script =
      'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline | grep -q "openimis-acme [t]end" && kill -9 ${p#/proc/}; done; true';
    const state = async (): Promise<string> => (await gateway.run('openimis-certificate', 'show')).output;
    expect(await state()).toContain('tending=yes');
    await gateway.run('sh', '-c', script);
    expect(await state()).toContain('tending=no');
    // Docker's health check does this every ten seconds.
    await gateway.run('openimis-gateway', 'health');
    await eventually(10, 'somebody looks after it', async () => (await state()).includes('tending=yes'));
    await eventually(150, 'the next certificate', async () => (await serial()) !== before);
  });
});
