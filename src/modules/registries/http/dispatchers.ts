import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates } from 'node:tls';

import type { Dispatcher } from 'undici';

import { Failure } from '../../../failure.ts';
import type { Transport } from '../settings/transport.ts';

export type Dispatchers = {
  /** Keeps connections alive and at most `connections` to one place; equal transports share one. */
  readonly for: (transport: Transport) => Promise<Dispatcher>;
  readonly close: () => Promise<void>;
};

/** Two questions about each of a release's 30 modules at once; a mirror of a company takes that. */
const connections = 64;
const connectTimeout = 10_000;

export function dispatchers(): Dispatchers {
  const made = new Map<string, Promise<Dispatcher>>();
  return {
    for: (transport) => {
      const key = JSON.stringify(transport);
      const there = made.get(key) ?? make(transport);
      made.set(key, there);
      return there;
    },
    close: async () => {
      // What is left are idle connections and requests that nobody waits for.
      await Promise.all([...made.values()].map(async (one) => (await one.catch(() => undefined))?.destroy()));
    },
  };
}

async function make(transport: Transport): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('./undici.ts');
  const certificates = await trusted(transport);
  const tls = {
    timeout: connectTimeout,
    ...(certificates === undefined ? {} : { secureContext: createSecureContext({ ca: [...certificates] }) }),
    ...(transport.unchecked === undefined ? {} : { rejectUnauthorized: false }),
  };
  return new EnvHttpProxyAgent({
    // Empty: there is none, whatever the variables say.
    httpProxy: transport.httpProxy ?? '',
    httpsProxy: transport.httpsProxy ?? '',
    noProxy: transport.noProxy ?? '',
    connections,
    keepAliveTimeout: 10_000,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    // A proxy is only asked for a tunnel where there is something to encrypt: many refuse one to port 80.
    proxyTunnel: false,
  });
}

/** Undefined: what Node trusts, NODE_EXTRA_CA_CERTS included. */
async function trusted(transport: Transport): Promise<readonly string[] | undefined> {
  const { trustOnly, trustOnlyFile, trustFile } = transport;
  if (trustOnly !== undefined) return trustOnly;
  if (trustOnlyFile !== undefined) return [await certificatesIn(trustOnlyFile)];
  if (trustFile !== undefined) return [...getCACertificates('default'), await certificatesIn(trustFile)];
  return undefined;
}

async function certificatesIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new Failure('REGISTRY_SETTINGS', `the certificates in ${file} cannot be read (${code})`, [`ls -l ${file}`]);
  });
  if (!text.includes('-----BEGIN'))
    throw new Failure('REGISTRY_SETTINGS', `there is no certificate in ${file}`, [
      'openssl x509 -in FILE -noout -subject',
    ]);
  return text;
}
