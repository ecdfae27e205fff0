import { describe, expect, it } from 'vitest';

import { statusView } from '../../src/cli/views/status-view.ts';
import { certificateCheck, requireCertificate } from '../../src/deployment/legacy-encryption.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import { serverStatus } from '../../src/deployment/status.ts';
import { legacyTarget } from '../../src/stack/gateway-plan.ts';
import { fingerprint } from '../../src/workspace/certificate.ts';
import type { Legacy } from '../../src/workspace/server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { box, contextOn, deployOn, server } from './fixture.ts';

const other = { ...server, legacy: { dns: 'imis.example.org', ip: '203.0.113.10', url: 'http://imis.example.org/' } };

describe('plain http to another box', () => {
  it('is refused by plan and deploy until it is spelled out, with what to type', async () => {
    const world = box();
    const refused = await planDeployment(contextOn(world, { server: other })).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'LEGACY_NOT_ENCRYPTED',
      message: expect.stringContaining('203.0.113.10') as string,
    });
    expect(refused).toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining('--legacy-tls none')]) as string[],
    });
    expect(world.log).toEqual([]);
  });

  it('spelled out, it is a warning of the plan and a risk in status', async () => {
    const world = box();
    const { warnings } = await planDeployment(contextOn(world));
    expect(warnings.join()).toContain('plain http');
    await deployOn(contextOn(world));
    expect(statusView(await serverStatus(contextOn(world)))).toMatch(
      /risk the way to the legacy .*\(legacy\.tls: none\)/,
    );
  });

  it('that was deployed before it had to be spelled out, still has a status', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const { risks } = await serverStatus(contextOn(world, { server: other }));
    expect(risks).toEqual([expect.stringContaining('legacy.tls: none accepts that')]);
  });

  it('is nothing to speak of when the legacy is this very box or https', async () => {
    for (const legacy of [
      { ip: '127.0.0.1', url: 'http://127.0.0.1/' },
      { dns: 'imis.example.org', url: 'https://imis.example.org/' },
    ] satisfies Legacy[]) {
      const { warnings } = await planDeployment(contextOn(box(), { server: { ...server, legacy } }));
      expect(warnings).toEqual([]);
    }
  });
});

describe("the legacy's certificate", () => {
  const pem = selfSigned('WIN-ABC').cert;
  const target = (tls: Legacy['tls']): ReturnType<typeof legacyTarget> =>
    legacyTarget({
      dns: 'a.b',
      url: 'https://a.b/',
      ...(tls === undefined ? {} : { tls }),
      ...(tls === 'pin' ? { certificate: pem } : {}),
    });
  const shown = { trusted: false, reason: 'SELF_SIGNED', validTo: 'never', fingerprint: fingerprint(pem) };

  it('must be trusted by default, with the fingerprint in the error', () => {
    expect(() => requireCertificate('test', target(undefined), shown)).toThrow(shown.fingerprint);
    expect(() => requireCertificate('test', target('verify'), { ...shown, trusted: true })).not.toThrow();
    expect(certificateCheck(target(undefined))).toEqual([]);
  });

  it('is the pinned one or refused', () => {
    expect(() => requireCertificate('test', target('pin'), shown)).not.toThrow();
    expect(() => requireCertificate('test', target('pin'), { ...shown, trusted: true, fingerprint: 'AA:BB' })).toThrow(
      'another certificate than the pinned one',
    );
    expect(certificateCheck(target('pin')).join(' ')).toMatch(/--pinnedpubkey sha256\/\/[A-Za-z0-9+/]{43}=$/);
  });

  it('is not looked at with insecure', () => {
    expect(() => requireCertificate('test', target('insecure'), shown)).not.toThrow();
    expect(certificateCheck(target('insecure'))).toContain('--insecure');
  });
});
