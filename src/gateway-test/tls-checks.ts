import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, getCiphers } from 'node:tls';

import type { GatewayCheck } from './check.ts';
import { ask, type Door, serverName } from './door.ts';

type Hello =
  | {
      readonly spoken: string;
      readonly cipher: string;
      readonly certificate: X509Certificate;
      readonly trusted: boolean;
    }
  | { readonly refused: string };

function hello(door: Door, options: ConnectionOptions): Promise<Hello> {
  return new Promise((resolve) => {
    const socket = connect(
      { host: door.address, port: door.https, servername: serverName(door.dns), rejectUnauthorized: false, ...options },
      () => {
        resolve({
          spoken: socket.getProtocol() ?? 'nothing known',
          cipher: socket.getCipher().name,
          certificate: new X509Certificate(socket.getPeerCertificate().raw),
          trusted: socket.authorized,
        });
        socket.destroy();
      },
    );
    socket.setTimeout(15_000, () => socket.destroy(new Error('no answer within 15 s')));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ refused: error.code ?? error.message }));
  });
}

const oldVersions = ['TLSv1', 'TLSv1.1'] as const;
/** Key exchange without forward secrecy, CBC, 3DES: none of it is in Mozilla's intermediate profile. */
const weakCiphers = [
  'AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
];

/** This machine's OpenSSL may not know the oldest ones any more: then nobody can ask with them from here. */
const isKnownHere = (cipher: string): boolean => getCiphers().includes(cipher.toLowerCase());

export const tlsChecks: readonly GatewayCheck[] = [
  {
    id: 'tls-versions',
    title: 'only TLS 1.2 and 1.3 are spoken',
    why: 'older versions can be read by who listens on the way',
    run: async (door) => {
      const spoken: string[] = [];
      for (const version of [...oldVersions, 'TLSv1.2', 'TLSv1.3'] as const) {
        // Without SECLEVEL=0 our own side would refuse the old versions, and prove nothing.
        const ciphers = version === 'TLSv1.3' ? {} : { ciphers: 'ALL:@SECLEVEL=0' };
        const answer = await hello(door, { minVersion: version, maxVersion: version, ...ciphers });
        if ('spoken' in answer) spoken.push(answer.spoken);
      }
      const ok = spoken.includes('TLSv1.2') && !oldVersions.some((version) => spoken.includes(version));
      return { ok, found: spoken.join(', ') || 'none', expected: 'TLSv1.2 and TLSv1.3, nothing older' };
    },
  },
  {
    id: 'tls-ciphers',
    title: 'weak ciphers are refused',
    why: "what is recorded today must not be readable with tomorrow's stolen key (Mozilla's intermediate profile)",
    run: async (door) => {
      const accepted: string[] = [];
      for (const cipher of weakCiphers.filter(isKnownHere)) {
        const answer = await hello(door, { maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0` });
        if ('spoken' in answer) accepted.push(cipher);
      }
      const normal = await hello(door, { maxVersion: 'TLSv1.2' });
      const taken = 'spoken' in normal ? normal.cipher : `nothing (${normal.refused})`;
      return {
        ok: accepted.length === 0 && 'spoken' in normal,
        found:
          accepted.length === 0 ? `refused; a browser of TLS 1.2 gets ${taken}` : `accepted: ${accepted.join(', ')}`,
        expected: `none of ${weakCiphers.filter(isKnownHere).join(', ')}`,
      };
    },
  },
  {
    id: 'certificate',
    title: 'the certificate is for this name and valid now',
    why: 'browsers refuse any other, and programs cannot click a warning away',
    run: async (door) => {
      const answer = await hello(door, {});
      if ('refused' in answer) return { ok: false, found: `no TLS: ${answer.refused}`, expected: 'a certificate' };
      const { certificate, trusted } = answer;
      const covers = isIP(door.dns) === 0 ? certificate.checkHost(door.dns) : certificate.checkIP(door.dns);
      const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
      const valid = from <= Date.now() && Date.now() < until;
      const until10 = new Date(until).toISOString().slice(0, 10);
      return {
        ok: covers !== undefined && valid,
        found:
          `for ${covers === undefined ? (certificate.subjectAltName ?? 'no name') : door.dns}, ` +
          `${valid ? 'until' : 'not valid now, until'} ${until10}, ${trusted ? 'trusted here' : 'not trusted by this machine (browsers warn)'}`,
        expected: `for ${door.dns}, valid now`,
      };
    },
  },
  {
    id: 'hsts',
    title: 'browsers are told to insist on https only when they can trust the certificate',
    why: 'with a self-signed certificate nobody could click the warning away any more, for months',
    run: async (door) => {
      const certificate = await hello(door, {});
      const trusted = 'spoken' in certificate && certificate.trusted;
      const header = (await ask(door, { path: '/openimis/health' })).headers['strict-transport-security'];
      return {
        ok: trusted || header === undefined,
        found: header === undefined ? 'no Strict-Transport-Security' : `Strict-Transport-Security: ${header}`,
        expected: trusted ? 'either' : 'no Strict-Transport-Security without a trusted certificate',
      };
    },
  },
];
