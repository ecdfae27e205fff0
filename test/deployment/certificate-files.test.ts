import { createPublicKey } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Chosen, chooseCertificate, readPem } from '../../src/deployment/certificate-files.ts';
import { Failure } from '../../src/failure.ts';
import { type Authority, openAuthority, type Pair } from '../support/authority.ts';

const wanted = { dns: 'new.example.org', now: new Date() };
let authority: Authority;
let leaf: Pair;

beforeAll(async () => {
  authority = await openAuthority();
  leaf = await authority.issue('new.example.org');
});
afterAll(() => authority.close());

const choose = (parts: readonly string[], password?: string, pending?: string, now = wanted.now): Chosen =>
  chooseCertificate(readPem(parts.join('\n')), { ...wanted, now }, password, pending);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

describe('a certificate that is imported', () => {
  it('is put in order, without the root, whatever the order of the files', () => {
    const { root, intermediate } = authority;
    for (const parts of [
      [leaf.key, leaf.certificate, intermediate.certificate, root.certificate],
      [root.certificate, intermediate.certificate, leaf.certificate, leaf.key],
      ['Bag Attributes\n  friendlyName: x', intermediate.certificate, leaf.key, root.certificate, leaf.certificate],
    ]) {
      const { chain } = choose(parts);
      const subjects = readPem(chain).certificates.map((one) => one.subject);
      expect(subjects).toEqual(['CN=new.example.org', 'O=Ministry\nCN=Issuing']);
    }
  });

  it('comes without what does not belong to it', async () => {
    const other = await authority.issue('other.example.org');
    const all = [
      other.certificate,
      authority.root.certificate,
      leaf.certificate,
      authority.intermediate.certificate,
      leaf.key,
    ];
    expect(readPem(choose(all).chain).certificates).toHaveLength(2);
  });

  it('with an encrypted key needs the right password', async () => {
    const sealed = await authority.encrypted(leaf.key, 'correct horse');
    const parts = [sealed, leaf.certificate, authority.intermediate.certificate, authority.root.certificate];
    expect(choose(parts, 'correct horse').key).toContain('BEGIN PRIVATE KEY');
    expect(refusal(() => choose(parts, 'wrong'))).toMatch(/^SECRET_UNUSABLE: the password does not open/);
  });

  it('may answer the signing request of the gateway, and only that one', async () => {
    const own = createPublicKey(leaf.key).export({ type: 'spki', format: 'pem' }).toString();
    const parts = [leaf.certificate, authority.intermediate.certificate, authority.root.certificate];
    expect(choose(parts, undefined, own).key).toBeUndefined();
    const other = createPublicKey((await authority.issue('new.example.org')).key);
    const foreign = other.export({ type: 'spki', format: 'pem' }).toString();
    expect(refusal(() => choose(parts, undefined, foreign))).toMatch(
      /none of the certificates was made for the signing request/,
    );
    expect(refusal(() => choose(parts))).toMatch(/the private key is missing/);
  });

  it('is refused with what is wrong with it', async () => {
    const { root, intermediate } = authority;
    const above = [intermediate.certificate, root.certificate];
    const other = await authority.issue('other.example.org');
    const years = new Date(Date.now() + 25 * 86_400_000);
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => choose([]), /no certificate/],
      [() => choose([leaf.key]), /no certificate/],
      [() => choose([other.key, leaf.certificate, ...above]), /belongs to none of the certificates/],
      [() => choose([other.key, other.certificate, ...above]), /not for new\.example\.org .* DNS:other\.example\.org/],
      [() => choose([leaf.key, leaf.certificate, root.certificate]), /chain is not complete: .*Issuing/],
      [() => choose([leaf.key, leaf.certificate, intermediate.certificate]), /chain is not complete: .*Root/],
      [() => choose([leaf.key, other.key, leaf.certificate]), /2 private keys/],
      [() => choose([leaf.key, leaf.certificate, ...above], undefined, undefined, years), /has ended/],
      [() => choose([leaf.key, leaf.certificate, ...above], undefined, undefined, new Date(0)), /begins only on/],
      [() => choose([intermediate.key, ...above]), /an authority, not of a server/],
      [() => choose([leaf.certificate.replace(/MII[A-Za-z0-9+/]{20}/, 'A'.repeat(23))]), /damaged/],
    ];
    for (const [work, why] of cases) expect(refusal(work)).toMatch(why);
  });
});
