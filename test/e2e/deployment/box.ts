import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { DeploymentContext } from '../../../src/deployment/context.ts';
import { realClock } from '../../../src/deployment/clock.ts';
import { localCopy } from '../../../src/deployment/local-copy.ts';
import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { Failure } from '../../../src/failure.ts';
import { probeDatabase } from '../../../src/legacy/database.ts';
import { nameResolves } from '../../../src/legacy/resolves.ts';
import { probeWebsite } from '../../../src/legacy/website.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';
import { makeCertificate } from '../../../src/sandbox/stand-ins/make-certificate.ts';
import { startLegacySite } from '../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { type SqlServer, startSqlServer } from '../../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { buildStandInImage } from '../../../src/sandbox/stand-in-image.ts';
import type { Secrets, Server } from '../../../src/workspace/server.ts';

const run = promisify(execFile);

/** What another process needs to deploy the same server. */
export type Setting = {
  readonly server: Server;
  readonly secrets: Secrets;
  readonly workspace: DeploymentContext['workspace'];
};

export async function contextOf(engine: Engine, { server, secrets, workspace }: Setting): Promise<DeploymentContext> {
  return {
    engine,
    server,
    secrets,
    workspace,
    projectPrefix: 'openimis',
    templates: await loadTemplates(packageRoot(), ['compose', 'gateway', 'images']),
    probes: { database: probeDatabase, website: probeWebsite, resolves: nameResolves },
    clock: realClock,
    operator: { user: 'tester', host: 'test' },
    localCopy: localCopy(workspace.folder),
  };
}

export type Legacy = {
  readonly port: number;
  readonly databasePort: number;
  /** The database that containers see. */
  readonly database: SqlServer;
  readonly close: () => Promise<void>;
};

/**
 * This box on the engine's bridge. The engine's own description does not always tell it, and Node lists no interface that is
 * down, as docker0 is while nothing runs on it.
 */
export async function bridgeAddress(): Promise<string | undefined> {
  const { stdout } = await run('ip', ['-4', '-oneline', 'address', 'show', 'dev', 'docker0']);
  return /inet ([0-9.]+)\//.exec(stdout)?.[1];
}

/** A legacy on this very box: on loopback and on the engine's bridge, nowhere else. */
export async function startLegacy(login: { readonly user: string; readonly password: string }): Promise<Legacy> {
  const address = await bridgeAddress();
  if (address === undefined) throw new Error('there is no docker0 with an IPv4 address');
  const tls = await makeCertificate('sql.example.org');
  const options = { logins: [login], databases: { IMIS: 'modular' }, tls } as const;
  const database = await startSqlServer({ ...options, host: address });
  const nearDatabase = await startSqlServer({ ...options, host: '127.0.0.1', port: database.port });
  const site = await startLegacySite({ host: address });
  const nearSite = await startLegacySite({ host: '127.0.0.1', port: site.port });
  return {
    port: site.port,
    databasePort: database.port,
    database,
    close: async () => {
      for (const part of [database, nearDatabase, site, nearSite]) await part.close();
    },
  };
}

export type Images = { readonly first: string; readonly second: string; readonly broken: string };

/** Image of the stand-in applications, the same with another label, and one whose backends end at once. */
export async function standInImages(engine: Engine): Promise<Images> {
  const root = packageRoot();
  if (!existsSync(join(root, 'dist/stand-ins.mjs')))
    await run(process.execPath, [join(root, 'build.js')], { cwd: root });
  const first = await buildStandInImage(engine, () => {}, new AbortController().signal);
  const derive = async (tag: string, lines: string): Promise<string> => {
    const script = '#!/bin/sh\necho "no ODBC driver, password is $(cat /run/secrets/DATABASE_PASSWORD)" >&2\nexit 3\n';
    await engine.buildImage({
      tag,
      context: [
        { path: 'Dockerfile', content: `ARG BASE\nFROM $BASE\n${lines}\n` },
        { path: 'broken', content: script, mode: 0o755 },
      ],
      args: { BASE: first },
      labels: { 'org.openimis.component': 'e2e-deployment' },
    });
    return tag;
  };
  return {
    first,
    second: await derive('openimis-e2e-deployment:second', 'LABEL change=second'),
    broken: await derive('openimis-e2e-deployment:broken', 'COPY broken /openimis-be/script/entrypoint.sh'),
  };
}

/** The two that were derived; the stand-ins' own image serves other tests. */
export async function removeImages({ second, broken }: Images): Promise<void> {
  await run('docker', ['rmi', '--force', second, broken]);
}

/** A port of loopback that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The Failure that the work ends with; anything else is thrown. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw error instanceof Error ? error : new Error('it did not fail');
}

/** The engine needs a moment to see that the holder of the lock is dead. */
export async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'RUN_LOCKED' || Date.now() > deadline) throw error;
    }
  }
}

export { createDockerEngine };

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'openimis-e2e-deployment-'));
}

/** One GET through the gateway as from a browser on this box. */
export async function get(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        rejectUnauthorized: false,
        headers: { Host: `localhost:${port}`, ...headers },
        agent: false,
        timeout: 10_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`${path}: no answer in 10 s`)));
    asked.end();
  });
}

/** What applies to a gateway when openimis.yaml says nothing. */
export const gatewayDefaults = {
  certificate: 'self-signed',
  signOn: 'legacy',
  session: { idle: 60, absolute: 720, grace: 10, keepOnLogin: false },
  home: 'legacy',
} as const;
