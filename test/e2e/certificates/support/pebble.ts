import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { pebbleFolder } from '../../../support/go-programs.ts';

/** Let's Encrypt's own test server on this machine, for containers of one network: real orders, real validation over http. */
export type Pebble = {
  readonly directory: string;
  /** PEM of the authority that vouches for the directory's own https. */
  readonly directoryCa: string;
  /** PEM of the root of the certificates it issues; another one after each start. */
  readonly root: () => Promise<string>;
  /** What a name leads to, for pebble alone. */
  readonly leadsTo: (address: string) => Promise<void>;
  /** Serial numbers in hexadecimal, as pebble's own records say. */
  readonly knows: (serial: string) => Promise<boolean>;
  readonly stop: () => Promise<void>;
  /** On the same address, without a memory of accounts and orders, as after a disaster of the authority. */
  readonly start: (options?: PebbleOptions) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type PebbleOptions = {
  /** Seconds. */
  readonly validity?: number;
  /** Names it refuses to certify. */
  readonly blocked?: readonly string[];
};

export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function openssl(cwd: string, ...argv: readonly string[]): Promise<void> {
  await execa('openssl', argv, { cwd });
}

/** A private authority, and a certificate of it for an address: what an operator's own directory has. */
async function directoryCertificate(folder: string, host: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  await openssl(folder, 'req', '-x509', ...key, '-subj', '/CN=directory CA', '-keyout', 'ca.key', '-out', 'ca.pem');
  await openssl(
    folder, 'req', '-x509', ...key, '-subj', '/CN=directory', '-addext', `subjectAltName=IP:${host},IP:127.0.0.1`,
    '-addext', 'basicConstraints=critical,CA:FALSE', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-keyout', 'dir.key', '-out', 'dir.pem',
  ); // prettier-ignore
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await holds().catch(() => false)) return;
  throw new Error(`${what}: not within 20 s`);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((done) => {
    child.once('exit', done);
    child.kill('SIGKILL');
  });
}

/** @param host address of this machine in the network of the gateways */
export async function openPebble(host: string, first: PebbleOptions = {}): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-pebble-'));
  await directoryCertificate(folder, host);
  const directoryCa = await readFile(join(folder, 'ca.pem'), 'utf8');
  const ports = { acme: await freePort(host), admin: await freePort('127.0.0.1') };
  const names = { dns: await freePort('127.0.0.1'), admin: await freePort('127.0.0.1') };
  const challtest = spawn(
    join(pebbleFolder, 'pebble-challtestsrv'),
    ['-dnsserver', `127.0.0.1:${names.dns}`, '-management', `127.0.0.1:${names.admin}`, '-defaultIPv6', '', '-http01', '',
      '-https01', '', '-tlsalpn01', '', '-doh', ''], // prettier-ignore
    { stdio: 'ignore' },
  );
  const admin = async (path: string): Promise<{ readonly status: number; readonly body: string }> =>
    new Promise((resolve, reject) => {
      const url = `https://127.0.0.1:${ports.admin}${path}`;
      const asked = request(url, { ca: directoryCa, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on('error', reject).end();
    });
  let server: ChildProcess | undefined;
  const start = async (options: PebbleOptions = {}): Promise<void> => {
    await end(server);
    const config = {
      pebble: {
        listenAddress: `${host}:${ports.acme}`,
        managementListenAddress: `127.0.0.1:${ports.admin}`,
        certificate: join(folder, 'dir.pem'),
        privateKey: join(folder, 'dir.key'),
        // Where it validates: the gateway's port inside its container, which the operator publishes as 80.
        httpPort: 8080,
        tlsPort: 8443,
        keyAlgorithm: 'ecdsa',
        domainBlocklist: options.blocked ?? [],
        retryAfter: { authz: 1, order: 1 },
        profiles: { default: { description: 'test', validityPeriod: options.validity ?? 7_776_000 } },
      },
    };
    await writeFile(join(folder, 'pebble.json'), JSON.stringify(config));
    const argv = ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${names.dns}`];
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0', PEBBLE_CHAIN_LENGTH: '1' };
    server = spawn(join(pebbleFolder, 'pebble'), argv, { stdio: 'ignore', env });
    await until('pebble answers', async () => (await admin('/roots/0')).status === 200);
  };
  await start(first);
  return {
    directory: `https://${host}:${ports.acme}/dir`,
    directoryCa,
    root: async () => (await admin('/roots/0')).body,
    leadsTo: async (address) => {
      const answer = await fetch(`http://127.0.0.1:${names.admin}/set-default-ipv4`, {
        method: 'POST',
        body: JSON.stringify({ ip: address }),
      });
      if (!answer.ok) throw new Error(`pebble-challtestsrv: ${answer.status}`);
    },
    knows: async (serial) => (await admin(`/cert-status-by-serial/${serial.toLowerCase()}`)).status === 200,
    stop: () => end(server),
    start,
    close: async () => {
      await end(server);
      await end(challtest);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
