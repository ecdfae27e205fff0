import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';

import { inTemporaryFolder, openimis } from '../support/cli.ts';
import { selfSigned } from '../support/self-signed.ts';

const pair = selfSigned('WIN-2012');
const { fingerprint256 } = new X509Certificate(pair.cert);
const site = createServer(pair, (_, response) => response.end());
beforeAll(() => new Promise<void>((done) => site.listen(0, '127.0.0.1', done)));
afterAll(() => new Promise((done) => site.close(done)));

const rest = [
  ...['--database-name', 'IMIS', '--database-user', 'imis', '--gateway-dns', 'new.example.org', '--release', '1.1.0'],
  ...['--database-host', '127.0.0.1', '--json'],
];
const pinned = (url = `https://127.0.0.1:${(site.address() as AddressInfo).port}/`): string[] => [
  ...['init', 'test', '--legacy-ip', '127.0.0.1', '--legacy-tls', 'pin', ...rest, '--legacy-url', url],
];
type Document = { error?: { code: string; message: string; hints: string[] }; data?: { changed: boolean } };
const run = async (argv: readonly string[], cwd: string): Promise<Document> =>
  JSON.parse((await openimis(argv, { cwd })).stdout) as Document;
const legacyOf = async (cwd: string): Promise<Record<string, string>> => {
  const file = parse(await readFile(join(cwd, 'openimis.yaml'), 'utf8')) as {
    servers: { test: { legacy: Record<string, string> } };
  };
  return file.servers.test.legacy;
};

it('init --legacy-tls pin shows the fingerprint and writes nothing until it is confirmed', async () => {
  await inTemporaryFolder(async (cwd) => {
    const { error } = await run(pinned(), cwd);
    expect(error).toMatchObject({ code: 'VALUE_MISSING', message: expect.stringContaining(fingerprint256) as string });
    expect(error?.hints.join()).toContain(`--legacy-fingerprint ${fingerprint256}`);
    await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    const wrong = await run([...pinned(), '--legacy-fingerprint', fingerprint256.replace(/^../, '00')], cwd);
    expect(wrong.error?.code).toBe('LEGACY_CERTIFICATE_CHANGED');
    const plain = fingerprint256.replaceAll(':', '').toLowerCase();
    expect(await run([...pinned(), '--legacy-fingerprint', plain], cwd)).toMatchObject({ data: { changed: true } });
    expect(await legacyOf(cwd)).toMatchObject({ tls: 'pin', certificate: pair.cert });
    expect(await run([...pinned(), '--legacy-fingerprint', plain], cwd)).toMatchObject({ data: { changed: false } });
  });
});

it('the certificate may come from a file, without asking the legacy', async () => {
  await inTemporaryFolder(async (cwd) => {
    await writeFile(join(cwd, 'legacy.cer'), pair.cert.replaceAll('\n', '\r\n'));
    const argv = [...pinned('https://127.0.0.1:1/'), '--legacy-certificate-file'];
    expect((await run([...argv, 'none.cer'], cwd)).error?.code).toBe('USAGE');
    expect(await run([...argv, 'legacy.cer'], cwd)).toMatchObject({ data: { changed: true } });
    expect((await legacyOf(cwd))['certificate']).toBe(pair.cert);
  });
});

it('a pin needs https', async () => {
  await inTemporaryFolder(async (cwd) => {
    const { error } = await run(pinned('http://127.0.0.1/'), cwd);
    expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('https') as string });
  });
});

it('plain http to another box is asked about; to this box it is not', async () => {
  await inTemporaryFolder(async (cwd) => {
    const argv = ['init', 'test', '--legacy-ip', '203.0.113.10', ...rest];
    const { error } = await run(argv, cwd);
    expect(error?.code).toBe('VALUE_MISSING');
    expect(error?.hints.join()).toMatch(/--legacy-tls VALUE .*plain http/);
    expect(await run([...argv, '--legacy-tls', 'none'], cwd)).toMatchObject({ data: { changed: true } });
    expect(await legacyOf(cwd)).toEqual({ ip: '203.0.113.10', tls: 'none' });
  });
});
