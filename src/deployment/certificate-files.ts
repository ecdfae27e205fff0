import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

import { Failure } from '../failure.ts';
import { oneLine } from './certificate.ts';

/** What a person brought, in whatever order. */
export type Bundle = {
  readonly certificates: readonly X509Certificate[];
  /** PEM of private keys, at most encrypted ones. */
  readonly keys: readonly string[];
};

export type Chosen = {
  readonly leaf: X509Certificate;
  /** Leaf first, each followed by who signed it; without the root. PEM. */
  readonly chain: string;
  /** PEM, not encrypted; absent when it belongs to the signing request. */
  readonly key?: string;
};

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** Reads PEM text, with whatever else stands between its blocks (Windows writes "Bag Attributes" there). */
export function readPem(text: string): Bundle {
  const certificates: X509Certificate[] = [];
  const keys: string[] = [];
  for (const [whole, kind = ''] of text.matchAll(block))
    if (kind.endsWith('PRIVATE KEY')) keys.push(whole);
    else if (kind === 'CERTIFICATE' || kind === 'X509 CERTIFICATE' || kind === 'TRUSTED CERTIFICATE')
      certificates.push(certificateOf(whole));
  return { certificates, keys };
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable('one of the certificates cannot be read: its block is damaged');
  }
}

export function unusable(why: string, ...hints: string[]): Failure {
  return new Failure('CERTIFICATE_UNUSABLE', why, [...hints, 'nothing was changed']);
}

export function isEncrypted(key: string): boolean {
  return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(key);
}

/** @throws Failure CERTIFICATE_UNUSABLE, SECRET_UNUSABLE for a wrong password */
export function openKey(pem: string, password?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) });
  } catch {
    if (isEncrypted(pem)) throw new Failure('SECRET_UNUSABLE', 'the password does not open the private key');
    throw unusable('the private key cannot be read: its block is damaged, or its kind is not known');
  }
}

export type Wanted = { readonly dns: string; readonly now: Date };

/**
 * The certificate that belongs to the key, and its chain in the right order, when all of it can be used for this name now.
 * @param pending public key (PEM) of the signing request: counts when no private key was brought
 * @throws Failure CERTIFICATE_UNUSABLE with everything that is wrong
 */
export function chooseCertificate(bundle: Bundle, wanted: Wanted, password?: string, pending?: string): Chosen {
  const { certificates, keys } = bundle;
  if (certificates.length === 0) throw unusable('there is no certificate in what was given');
  if (keys.length > 1)
    throw unusable(`there are ${keys.length} private keys in what was given; give the one that belongs to it`);
  const [given] = keys;
  const key = given === undefined ? undefined : openKey(given, password);
  if (key === undefined && pending === undefined)
    throw unusable(
      'the private key is missing, and no signing request waits in the gateway',
      'give the file with the key too: --file key.pem',
    );
  const publicKey = key === undefined ? createPublicKey(pending ?? '') : createPublicKey(key);
  const leaf = certificates.find((candidate) => candidate.publicKey.equals(publicKey));
  if (leaf === undefined)
    throw unusable(
      key === undefined
        ? 'none of the certificates was made for the signing request that waits in the gateway'
        : 'the private key belongs to none of the certificates',
      `they are for ${certificates.map(subject).join('; ')}`,
    );
  const chain = chainOf(leaf, certificates);
  const problems = [...problemsOf(leaf, wanted), ...chain.slice(1).flatMap((one) => dateProblems(one, wanted.now))];
  const missing = missingIssuer(chain);
  if (missing !== undefined)
    problems.push(
      `the chain is not complete: the certificate of "${missing}" is missing (a root of your own counts too); add its file`,
    );
  if (problems.length > 0) throw unusable(problems.join('\n'));
  const sent = chain.filter((one, index) => index === 0 || !isSelfSigned(one));
  return {
    leaf,
    chain: sent.map((one) => one.toString()).join(''),
    ...(key === undefined ? {} : { key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }),
  };
}

const subject = (one: X509Certificate): string => oneLine(one.subject) || (one.subjectAltName ?? 'nobody');

function problemsOf(leaf: X509Certificate, { dns, now }: Wanted): readonly string[] {
  const names = leaf.subjectAltName ?? '';
  return [
    ...(leaf.ca && !isSelfSigned(leaf) ? ['this is the certificate of an authority, not of a server'] : []),
    ...(leaf.checkHost(dns, { subject: 'never' }) === undefined
      ? [`it is not for ${dns} (gateway.dns); its names are ${names === '' ? 'none' : names}`]
      : []),
    ...dateProblems(leaf, now),
  ];
}

function dateProblems(one: X509Certificate, now: Date): readonly string[] {
  if (one.validToDate <= now) return [`"${subject(one)}" has ended on ${one.validToDate.toISOString().slice(0, 10)}`];
  if (one.validFromDate > now)
    return [`"${subject(one)}" begins only on ${one.validFromDate.toISOString().slice(0, 10)}`];
  return [];
}

function isSelfSigned(one: X509Certificate): boolean {
  return signed(one, one);
}

function signed(one: X509Certificate, by: X509Certificate): boolean {
  return one.checkIssued(by) && one.verify(by.publicKey);
}

function chainOf(leaf: X509Certificate, all: readonly X509Certificate[]): readonly X509Certificate[] {
  const chain = [leaf];
  for (let last = leaf; !isSelfSigned(last);) {
    const issuer = all.find((candidate) => !chain.includes(candidate) && signed(last, candidate));
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** Who is missing between the chain and an authority that browsers know; undefined when nobody is. */
function missingIssuer(chain: readonly X509Certificate[]): string | undefined {
  const last = chain.at(-1);
  if (last === undefined || isSelfSigned(last)) return undefined;
  const known = rootCertificates.some((pem) => signed(last, new X509Certificate(pem)));
  return known ? undefined : oneLine(last.issuer);
}
