import type { X509Certificate } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunningGateway } from '../gateway/support/gateway-container.ts';
import { eventually, name, openWorld, planFor, presented, type World } from './support/gateway.ts';

let world: World;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await openWorld();
  gateway = await world.gateway(world.acme());
});
afterAll(() => world.close());

const issuer = async (): Promise<string> => (await presented(gateway)).certificate.issuer;
const attempt = async (key: string): Promise<string> =>
  (await gateway.run('sed', '-n', `s/^${key}=//p`, '/var/lib/openimis/certificate-attempt')).output.trim();
const issued = (): Promise<X509Certificate> =>
  eventually(60, 'a certificate of the authority', async () => {
    const { certificate } = await presented(gateway);
    return certificate.issuer.includes('Pebble') && certificate;
  });

describe('a certificate from an authority (ACME)', () => {
  it('serves from the first second, and then with a certificate that the authority really issued', async () => {
    const certificate = await issued();
    expect(certificate.checkHost(name)).toBe(name);
    expect(await world.pebble.knows(certificate.serialNumber)).toBe(true);
    await eventually(10, 'a note of it', async () => (await attempt('result')) === 'ok');
  });

  it('keeps its keys in the secrets volume, for its own user only', async () => {
    const elsewhere = await gateway.run(
      ...['grep', '--recursive', '--devices=skip', '--files-with-matches', '--', 'PRIVATE KEY'],
      ...['/run/openimis', '/var/lib/openimis', '/etc/openimis/gateway', '/tmp', '/var/tmp'],
    );
    expect(elsewhere).toEqual({ code: 1, output: '' });
    const kept = await gateway.run(
      'sh',
      '-c',
      'find /etc/openimis/secrets -type f -name "*key*.pem" -printf "%m %U\\n" | sort -u',
    );
    expect(kept.output).toBe('600 33');
  });

  it('renews now when asked', async () => {
    const before = await issued();
    expect(await gateway.run('openimis-certificate', 'renew')).toMatchObject({ code: 0 });
    const { certificate } = await presented(gateway);
    expect(certificate.serialNumber).not.toBe(before.serialNumber);
    expect(await world.pebble.knows(certificate.serialNumber)).toBe(true);
  });

  it('keeps the certificate over a restart and a new version of the configuration', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    await gateway.restart();
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
    expect(await gateway.activate('v2', planFor(world.acme()))).toMatchObject({ code: 0 });
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
  });

  it('keeps the running certificate when the authority is down, and says why', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    await world.pebble.stop();
    const renewal = await gateway.run('openimis-certificate', 'renew');
    expect(renewal.code).toBe(1);
    expect(renewal.output).toMatch(/connect|refused/i);
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
    expect(await attempt('result')).toBe('failed');
    expect(await attempt('failures')).toBe('1');
    expect(await attempt('error')).toMatch(/connect|refused/i);
    const audit = (await gateway.run('sh', '-c', 'cat /var/lib/openimis-audit/*/certificates.jsonl')).output;
    const lines = audit.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      event: 'certificate-issued',
      by: 'gateway',
      name,
      until: expect.stringMatching(/^20.*Z$/) as string,
    });
    expect(lines.at(-1)).toMatchObject({
      event: 'certificate-failed',
      error: expect.stringMatching(/connect|refused/i) as string,
    });
  });

  it('comes back by itself when the authority has lost its accounts', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    await world.pebble.start();
    // The first attempt finds that the account is gone, the next one makes another.
    await gateway.run('openimis-certificate', 'renew');
    expect(await gateway.run('openimis-certificate', 'renew')).toMatchObject({ code: 0 });
    expect((await presented(gateway)).certificate.serialNumber).not.toBe(before);
    expect(await attempt('failures')).toBe('0');
  });

  it('keeps the running certificate when the name leads elsewhere, and says what the authority found', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    await world.pebble.leadsTo('127.66.66.66');
    const renewal = await gateway.run('openimis-certificate', 'renew');
    expect(renewal.code).toBe(1);
    expect(await attempt('error')).toMatch(/127\.66\.66\.66|refused/);
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
  });

  it('keeps the running certificate when the authority refuses the name', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    await world.pebble.start({ blocked: [name] });
    await gateway.run('openimis-certificate', 'renew');
    expect(await gateway.run('openimis-certificate', 'renew')).toMatchObject({ code: 1 });
    expect(await attempt('error')).toMatch(/forbidden/i);
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
  });

  it('does not speak to a directory whose own certificate nobody vouches for', async () => {
    const { directory } = world.pebble;
    await gateway.activate('v3', planFor({ source: 'acme', acme: { directory } }));
    const renewal = await gateway.run('openimis-certificate', 'renew');
    expect(renewal.code).toBe(1);
    expect(await attempt('error')).toMatch(/certificate/i);
    expect(await issuer()).toContain('Pebble');
  });

  it('goes back to its own certificate when that is wanted, and needs no authority to return', async () => {
    const before = (await presented(gateway)).certificate.serialNumber;
    expect(await gateway.activate('v4', planFor({ source: 'self-signed' }))).toMatchObject({ code: 0 });
    expect(await issuer()).toContain('openIMIS gateway');
    expect(await gateway.activate('v5', planFor(world.acme()))).toMatchObject({ code: 0 });
    expect((await presented(gateway)).certificate.serialNumber).toBe(before);
  });
});
