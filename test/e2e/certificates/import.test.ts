import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Authority, openAuthority, type Pair } from '../../support/authority.ts';
import { type CliRun, openimis } from '../../support/cli.ts';
import { ask } from '../gateway/support/client.ts';
import {
  openNetwork,
  type RunningGateway,
  startGateway,
  type TestNetwork,
} from '../gateway/support/gateway-container.ts';
import { name, planFor, presented } from './support/gateway.ts';

const id = '6c2b7f0e-53c1-4d43-8f0b-0f3f9c9d1c22';
const roots = '/var/lib/openimis/roots.pem';
let folder: string;
let network: TestNetwork;
let gateway: RunningGateway;
let authority: Authority;

/** The gateway of a server as `openimis deploy` labels it, in a workspace that wants `certificate: files`. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-certs-'));
  authority = await openAuthority();
  network = await openNetwork();
  const labels = {
    'org.openimis.workspace': id,
    'org.openimis.server': 'pki',
    'org.openimis.component': 'gateway',
    'com.docker.compose.project': 'openimis-pki',
    'com.docker.compose.service': 'gateway',
  };
  const argv = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  gateway = await startGateway(network, planFor({ source: 'files' }), {
    // The authorities that this box trusts, in a place that a test can write to.
    arguments: [...argv, '--env', `SSL_CERT_FILE=${roots}`],
  });
  await writeFile(join(folder, 'openimis.yaml'), workspace);
  await mkdir(join(folder, 'secrets'), { mode: 0o700 });
  const { signingKey, identityHeader } = gateway.secrets;
  const secrets = `GATEWAY_SIGNING_KEY='${signingKey}'\nIDENTITY_HEADER='${identityHeader}'\n`;
  await writeFile(join(folder, 'secrets/pki.env'), secrets, { mode: 0o600 });
});
afterAll(async () => {
  await gateway.remove();
  await network.remove();
  await authority.close();
  await rm(folder, { recursive: true, force: true });
});

const workspace = `version: 1
id: ${id}
servers:
  pki:
    legacy: { ip: 203.0.113.10 }
    database: { name: IMIS, user: imis }
    gateway: { dns: ${name}, certificate: files }
    release: "1.1.0"
`;

const certs = (...argv: readonly string[]): Promise<CliRun> => openimis(['certs', ...argv], { cwd: folder });
const data = (run: CliRun): Record<string, unknown> =>
  (JSON.parse(run.stdout) as { data: Record<string, unknown> }).data;
const failure = (run: CliRun): { readonly code: string; readonly message: string } =>
  (JSON.parse(run.stdout) as { error: { code: string; message: string } }).error;

async function bring(files: Readonly<Record<string, string | Buffer>>, ...more: readonly string[]): Promise<CliRun> {
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content, { mode: 0o600 });
  const named = Object.keys(files).flatMap((file) => ['--file', file]);
  return certs('import', 'pki', ...named, '--json', ...more);
}

const shown = async (): Promise<string> => (await presented(gateway)).certificate.fingerprint256;
const above = (): Record<string, string> => ({
  'root.pem': authority.root.certificate,
  'middle.pem': authority.intermediate.certificate,
});
const files = (leaf: Pair): Record<string, string> => ({
  'key.pem': leaf.key,
  ...above(),
  'leaf.pem': leaf.certificate,
});

describe('openimis certs', () => {
  it('shows the certificate that the gateway made, and that none was imported yet', async () => {
    const state = data(await certs('show', 'pki', '--json'));
    expect(state).toMatchObject({ source: 'files', using: 'self-signed', trusted: false, presented: true });
    expect(state['problems']).toEqual(['none was imported yet']);
    const text = (await certs('show', 'pki')).stdout;
    expect(text).toMatch(/made by the gateway itself .*wanted: files/);
    expect(text).toContain('Next: openimis certs import pki --file FILE');
  });

  it('a dry run changes nothing, and without a terminal it needs a yes', async () => {
    const before = await shown();
    const leaf = await authority.issue(name);
    expect(data(await bring(files(leaf), '--dry-run'))).toMatchObject({ done: false, chain: 2 });
    expect(failure(await bring(files(leaf))).code).toBe('CONFIRMATION_NEEDED');
    expect(await shown()).toBe(before);
  });

  it('imports PEM files in any order; the running gateway presents it with its chain', async () => {
    const leaf = await authority.issue(name, { rsa: true });
    const run = await bring(files(leaf), '--yes');
    expect(data(run)).toMatchObject({ done: true, chain: 2, edited: false, notes: [] });
    expect(await shown()).toBe(data(run)['fingerprint']);
    // A client that knows only the root accepts it.
    await new Promise<void>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: gateway.https, servername: name, ca: authority.root.certificate };
      const socket = connect(options, () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', reject);
    });
    const kept = await gateway.run('sh', '-c', 'find /etc/openimis/secrets -name key.pem -printf "%m %U\n" | sort -u');
    expect(kept.output).toBe('600 33');
  });

  it('keeps it over a restart and a new configuration', async () => {
    const before = await shown();
    await gateway.restart();
    expect(await shown()).toBe(before);
    expect(await gateway.activate('v2', planFor({ source: 'files' }))).toMatchObject({ code: 0 });
    expect(await shown()).toBe(before);
  });

  it('refuses one that cannot be used, with the reason, and keeps the one before', async () => {
    const before = await shown();
    const leaf = await authority.issue(name);
    const other = await authority.issue('other.example.org');
    const cases = [
      [{ ...files(leaf), 'key.pem': other.key }, /belongs to none/],
      [files(other), /not for new\.example\.org/],
      [{ 'leaf.pem': leaf.certificate, 'key.pem': leaf.key }, /chain is not complete/],
    ] as const;
    for (const [given, why] of cases) {
      const { code, message } = failure(await bring(given, '--yes'));
      expect(code).toBe('CERTIFICATE_UNUSABLE');
      expect(message).toMatch(why);
    }
    expect(await shown()).toBe(before);
  });

  it('does not present a pair that nginx does not take, even when somebody brings it past the checks', async () => {
    const before = await shown();
    const [one, other] = [await authority.issue(name), await authority.issue(name)];
    await gateway.upload('/etc/openimis/secrets', {
      'certificates/files-1/chain.pem': one.certificate,
      'certificates/files-1/key.pem': other.key,
    });
    const taken = await gateway.run('openimis-certificate', 'import', 'files-1');
    expect(taken.code).toBe(1);
    expect(taken.output).toMatch(/does not belong/);
    expect(await shown()).toBe(before);
    await gateway.restart();
    expect(await shown()).toBe(before);
  });

  it('reads .pfx, also as old Windows writes it, and never takes its password as an argument', async () => {
    for (const old of [false, true]) {
      const leaf = await authority.issue(name);
      const chain = [authority.intermediate.certificate, authority.root.certificate];
      const pfx = await authority.pfx(leaf, chain, `it's "secret" $x ${String(old)}`, old);
      await writeFile(join(folder, 'word'), `it's "secret" $x ${String(old)}\n`, { mode: 0o600 });
      const run = await bring({ 'new.pfx': pfx }, '--password-file', 'word', '--yes');
      expect(data(run)).toMatchObject({ done: true, chain: 2 });
      expect(await shown()).toBe(data(run)['fingerprint']);
      await writeFile(join(folder, 'word'), 'wrong\n', { mode: 0o600 });
      expect(failure(await bring({ 'new.pfx': pfx }, '--password-file', 'word', '--yes')).code).toBe('SECRET_UNUSABLE');
      expect(failure(await bring({ 'new.pfx': pfx }, '--yes')).code).toBe('VALUE_MISSING');
    }
    const nothing = await bring({ 'new.pfx': Buffer.from('nothing of the kind') }, '--password-file', 'word', '--yes');
    expect(failure(nothing)).toMatchObject({ code: 'CERTIFICATE_UNUSABLE' });
  });

  it('signing request: the key stays in the gateway, the answer is enough', async () => {
    const first = await certs('request', 'pki');
    expect(first.stdout).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
    expect((await certs('request', 'pki')).stdout).toBe(first.stdout);
    expect(data(await certs('show', 'pki', '--json'))['requestPending']).toBe(true);
    const leaf = await authority.sign(first.stdout);
    const run = await bring({ 'answer.pem': leaf, ...above() }, '--yes');
    expect(data(run)).toMatchObject({ done: true });
    expect(await shown()).toBe(data(run)['fingerprint']);
    expect(data(await certs('show', 'pki', '--json'))['requestPending']).toBe(false);
  });

  it('a browser is told to insist on https only when the usual authorities vouch for the certificate', async () => {
    const header = async (): Promise<string | undefined> =>
      (await ask(gateway.https, '/openimis/health', { headers: { Host: name } })).headers['strict-transport-security'];
    expect(await header()).toBeUndefined();
    await gateway.upload('/var/lib/openimis', { 'roots.pem': authority.root.certificate });
    await bring(files(await authority.issue(name)), '--yes');
    expect(await header()).toBe('max-age=2592000');
    expect(data(await certs('show', 'pki', '--json'))).toMatchObject({ trusted: true });
  });

  it('status names what is wrong with it', async () => {
    const run = await openimis(['status', 'pki', '--json'], { cwd: folder });
    const status = data(run) as { problems: readonly string[]; certificate: { using: string } };
    expect(status.certificate.using).toBe('files');
    expect(status.problems.join('\n')).toMatch(/certificate: it ends in \d+ days, and nobody renews an imported one/);
  });

  it('there is nothing to renew in an imported one, and openimis.yaml was not touched', async () => {
    expect(failure(await certs('renew', 'pki', '--json')).code).toBe('CERTIFICATE_NOT_RENEWED');
    expect(await readFile(join(folder, 'openimis.yaml'), 'utf8')).toBe(workspace);
  });
});

describe('TLS', () => {
  it('is HTTP/2, and 1.2 at least', async () => {
    expect((await presented(gateway)).alpn).toBe('h2');
    const old = new Promise((resolve, reject) => {
      const socket = connect(
        {
          host: '127.0.0.1',
          port: gateway.https,
          servername: name,
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        },
        () => resolve('connected'),
      );
      socket.on('error', reject);
    });
    await expect(old).rejects.toThrow(/protocol version/i);
  });
});
