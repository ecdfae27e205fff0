import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildStandInImage } from '../../../src/sandbox/stand-in-image.ts';
import { type Authority, openAuthority } from '../../support/authority.ts';
import { type CliRun, openimis } from '../../support/cli.ts';
import {
  bridgeAddress,
  createDockerEngine,
  freePort,
  type Legacy,
  startLegacy,
  temporaryFolder,
} from '../deployment/box.ts';
import { eventually, name, presented } from './support/gateway.ts';
import { openPebble, type Pebble } from './support/pebble.ts';

const password = 'a password of the test';
const server = 'e2e-certificates';
let folder: string;
let legacy: Legacy;
let pebble: Pebble;
let authority: Authority;
let https: number;

/** A server with `certificate: acme` on the real engine, only through the program. */
beforeAll(async () => {
  folder = await temporaryFolder();
  authority = await openAuthority();
  legacy = await startLegacy({ user: 'imisuser', password });
  pebble = await openPebble((await bridgeAddress()) ?? '');
  const engine = await createDockerEngine();
  const image = await buildStandInImage(engine, () => {}, new AbortController().signal).finally(() => engine.close());
  https = await freePort();
  const ca = pebble.directoryCa.trim().split('\n').join('\n          ');
  await writeFile(
    join(folder, 'openimis.yaml'),
    `version: 1
id: 6c2b7f0e-53c1-4d43-8f0b-0f3f9c9d1c33
servers:
  ${server}:
    legacy: { dns: localhost, ip: 127.0.0.1, url: "http://localhost:${legacy.port}/" }
    database: { host: 127.0.0.1, port: ${legacy.databasePort}, name: IMIS, user: imisuser }
    gateway:
      dns: ${name}
      http: ${await freePort()}
      https: ${https}
      address: 127.0.0.1
      certificate: acme   # an authority of our own
      acme:
        agreeToTerms: true
        directory: ${pebble.directory}
        directoryCa: |
          ${ca}
    release: "1.1.0"
    components:
      frontend: { image: "${image}" }
      ibackend: { image: "${image}" }
      backend: { image: "${image}" }
    healthInterval: 2
`,
  );
  await mkdir(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
});
afterAll(async () => {
  await run('down', server, '--volumes', '--yes');
  await pebble.close();
  await legacy.close();
  await authority.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (...argv: readonly string[]): Promise<CliRun> =>
  openimis([...argv, '--json'], { cwd: folder, env: { OPENIMIS_DATABASE_PASSWORD: password }, timeout: 280_000 });

async function done(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const result = await run(...argv);
  expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
  return (JSON.parse(result.stdout) as { data: Record<string, unknown> }).data;
}

const gatewayContainer = `openimis-${server}-gateway-1`;
async function leadToGateway(): Promise<void> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
  const { stdout } = await execa('docker', ['inspect', '-f', format, gatewayContainer]);
  await pebble.leadsTo(stdout.trim().split(' ')[0]!);
}
const serial = async (): Promise<string> => (await presented({ https })).certificate.serialNumber;

describe('a server with certificate: acme', () => {
  it('is deployed and answers before the authority has given anything', async () => {
    await done('deploy', server, '--yes');
    expect((await presented({ https })).certificate.issuer).toContain('openIMIS gateway');
    const state = (await done('status', server)) as { certificate: { using: string } };
    expect(state.certificate.using).toBe('self-signed');
  });

  it('gets its certificate, and keeps it when its container is made anew', async () => {
    await leadToGateway();
    await done('certs', 'renew', server);
    const first = await serial();
    expect(await pebble.knows(first)).toBe(true);
    expect(await done('certs', 'show', server)).toMatchObject({ source: 'acme', using: 'acme', problems: [] });
    await execa('docker', ['rm', '--force', gatewayContainer]);
    await done('deploy', server, '--yes');
    expect(await serial()).toBe(first);
  });

  it('a failed renewal is a problem in status, and the certificate serves on', async () => {
    const before = await serial();
    await pebble.stop();
    const renewal = await run('certs', 'renew', server);
    expect(JSON.parse(renewal.stdout)).toMatchObject({ ok: false, error: { code: 'CERTIFICATE_NOT_RENEWED' } });
    const { problems } = (await done('status', server)) as { problems: readonly string[] };
    expect(problems.join('\n')).toMatch(/certificate: the last renewal failed: the directory refuses the connection/);
    expect(await serial()).toBe(before);
  });

  it('an imported certificate takes over: openimis.yaml says so, its comments stay, the gateway presents it', async () => {
    const leaf = await authority.issue(name);
    const all = [leaf.key, authority.root.certificate, leaf.certificate, authority.intermediate.certificate];
    await writeFile(join(folder, 'all.pem'), all.join('\n'), { mode: 0o600 });
    const result = await done('certs', 'import', server, '--file', 'all.pem', '--yes');
    expect(result).toMatchObject({ done: true, edited: true, chain: 2 });
    expect(await readFile(join(folder, 'openimis.yaml'), 'utf8')).toContain(
      'certificate: files   # an authority of our own',
    );
    await eventually(5, 'the imported certificate', async () => {
      return (await presented({ https })).certificate.fingerprint256 === result['fingerprint'];
    });
    const again = await done('deploy', server, '--dry-run');
    expect(JSON.stringify(again)).toContain('"kind":"nothing"');
  });
});
