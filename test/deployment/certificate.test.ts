import { X509Certificate } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseCertificate } from '../../src/deployment/certificate.ts';
import { type Authority, openAuthority, type Pair } from '../support/authority.ts';

let authority: Authority;
let leaf: Pair;
beforeAll(async () => {
  authority = await openAuthority();
  leaf = await authority.issue('new.example.org');
  // On a busy machine the certificate is made seconds later than this file is read.
  now = new Date();
});
afterAll(() => authority.close());

let now: Date;
function printed(facts: Readonly<Record<string, string>>): string {
  const presented = new X509Certificate(leaf.certificate).fingerprint256;
  const all = { source: 'acme', using: 'acme', trusted: 'yes', presented, tending: 'yes', request: 'no', ...facts };
  return `${Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}${leaf.certificate}`;
}
const problems = (facts: Readonly<Record<string, string>>, dns = 'new.example.org', at = now): readonly string[] =>
  parseCertificate(printed(facts), dns, at)?.problems ?? ['nothing was understood'];

describe('what the gateway says of its certificate', () => {
  it('is understood', () => {
    const state = parseCertificate(
      printed({ 'attempt-at': '1795583130', 'attempt-result': 'ok', 'attempt-failures': '0', 'attempt-error': '' }),
      'new.example.org',
      now,
    );
    expect(state).toMatchObject({
      source: 'acme',
      using: 'acme',
      subject: 'CN=new.example.org',
      issuer: 'O=Ministry, CN=Issuing',
      names: ['DNS:new.example.org'],
      daysLeft: 19,
      trusted: true,
      presented: true,
      lastAttempt: { at: '2026-11-25T05:05:30.000Z', ok: true, failures: 0 },
      problems: [],
    });
  });

  it('shows each problem', () => {
    const failed = { 'attempt-at': '1795583130', 'attempt-result': 'failed', 'attempt-failures': '2' };
    expect(problems({ ...failed, 'attempt-error': 'DNS problem' })).toEqual(['the last renewal failed: DNS problem']);
    expect(problems({ ...failed, using: 'self-signed', 'attempt-error': 'DNS problem' })).toEqual([
      'the last attempt to get one failed: DNS problem',
    ]);
    expect(problems({ source: 'files', using: 'self-signed' })).toEqual(['none was imported yet']);
    expect(problems({ source: 'files', using: 'files' })[0]).toMatch(/ends in 19 days/);
    expect(problems({ presented: 'x' })).toEqual(['the gateway does not present it']);
    expect(problems({ tending: 'no' })).toEqual(['nothing in the gateway looks after its renewal']);
    expect(problems({}, 'other.example.org')).toEqual(['it is not for other.example.org']);
    expect(problems({}, 'new.example.org', new Date(now.getTime() + 40 * 86_400_000))[0]).toMatch(/has ended on/);
  });

  it('that is anything else is no answer, and never an exception', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before}-----BEGIN CERTIFICATE-----${after}`;
        expect(parseCertificate(text, 'new.example.org', now)).toBeUndefined();
        expect(parseCertificate(before, 'new.example.org', now)).toBeUndefined();
      }),
    );
  });
});
