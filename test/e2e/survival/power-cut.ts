import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { packageRoot } from '../../../src/package-root.ts';
import { waitFor } from '../../support/private-engine.ts';
import { gateway, type Routes, type Sandbox, servingRoutes, standIns, type Visitor } from './sandbox.ts';

const allRoutes: readonly Routes[] = ['legacy', 'front', 'iapi', 'api'];

/** SIGKILL of dockerd and every container, then dockerd again and no command of ours. */
export function powerCutTests(theSandbox: () => Sandbox): void {
  it('all routes serve again, the legacy first, and who was signed on still is', async () => {
    const sandbox = theSandbox();
    const before = await sandbox.containers();
    // The legacy is another machine, whose power stays on.
    const legacy = await legacyElsewhere(sandbox);
    try {
      const visitor = await signedOnVisitor(sandbox, 'clerk');
      await sandbox.engine.kill();
      expect(await servingRoutes(sandbox, visitor)).toEqual(new Set());
      await sandbox.engine.start();

      const first = new Map<Routes, number>();
      let round = 0;
      await waitFor('all routes serve', async () => {
        round += 1;
        for (const route of await servingRoutes(sandbox, visitor)) if (!first.has(route)) first.set(route, round);
        return first.size === allRoutes.length;
      });
      for (const route of allRoutes) expect(first.get('legacy'), route).toBeLessThanOrEqual(first.get(route)!);
      expect(await visitor.who()).toBe('clerk');
      expect(await visitor.get('/Home.aspx')).toMatchObject({ status: 200 });
      expect(await sandbox.visitor().get('/openimis/health')).toMatchObject({ status: 200 });
      expect(await sandbox.visitor().get(`/iapi/core/users/current_user/`)).toMatchObject({ status: 401 });
      // The same containers: Docker alone has brought them back.
      expect(await sandbox.containers()).toEqual(before);
    } finally {
      await legacy.end();
      await sandbox.docker('start', standIns[0]);
      await healthy(sandbox, standIns[0]);
    }
  });

  it('works without the legacy and its database, and with them as soon as they are back', async () => {
    const sandbox = theSandbox();
    const visitor = await signedOnVisitor(sandbox, 'clerk');
    await sandbox.docker('stop', '--time', '5', ...standIns);
    await sandbox.engine.kill();
    await sandbox.engine.start();

    await waitFor('the gateway answers', async () => (await sandbox.visitor().get('/openimis/health')).status === 200);
    const page = await sandbox
      .visitor()
      .get('/', '--header', 'Accept: text/html', '--header', 'Sec-Fetch-Mode: navigate');
    expect(page.status).toBeGreaterThanOrEqual(502);
    expect(page.status).toBeLessThanOrEqual(504);
    expect(page.body).toContain('<h1>openIMIS does not answer</h1>');
    const ours = (await sandbox.containers()).filter((name) => !standIns.some((standIn) => standIn === name));
    for (const name of ours) await healthy(sandbox, name);
    // Who was confirmed a moment ago works on while the legacy as a whole is away (docs/gateway.md).
    expect(await visitor.get('/front/')).toMatchObject({ status: 200 });
    expect((await sandbox.visitor().logIn('Admin')).status).toBeGreaterThanOrEqual(502);
    for (const name of ours) expect(await inspect(sandbox, name, '{{.RestartCount}}'), name).toBe('0');

    await sandbox.docker('start', ...standIns);
    const somebody = sandbox.visitor();
    await waitFor('a new sign-on works', async () => {
      await somebody.logIn("O'Brien");
      return (await somebody.who()) === "O'Brien";
    });
    await waitFor('all routes serve', async () => (await servingRoutes(sandbox, somebody)).size === allRoutes.length);
    expect(await inspect(sandbox, gateway, '{{.State.Health.Status}}')).toBe('healthy');
    // The legacy has forgotten its sessions: that sign-on ends with the next check, at most 60 s after the last one.
    await waitFor('the old sign-on has ended', async () => (await visitor.who()) === undefined, 75);
    expect((await visitor.get('/front/')).status).not.toBe(200);
    await visitor.logIn('clerk');
    expect(await visitor.who()).toBe('clerk');
  });
}

async function signedOnVisitor(sandbox: Sandbox, user: string): Promise<Visitor> {
  const visitor = sandbox.visitor();
  expect(await visitor.logIn(user)).toMatchObject({ status: 302 });
  expect(await visitor.who()).toBe(user);
  return visitor;
}

const inspect = async (sandbox: Sandbox, name: string, format: string): Promise<string> =>
  (await sandbox.docker('inspect', '--format', format, name)).trim();

const healthy = (sandbox: Sandbox, name: string): Promise<void> =>
  waitFor(
    `${name} is healthy`,
    async () => (await inspect(sandbox, name, '{{.State.Status}} {{.State.Health.Status}}')) === 'running healthy',
  );

/** The stand-in legacy as a plain process at the same address and port, in place of its container. */
async function legacyElsewhere(sandbox: Sandbox): Promise<{ end(): Promise<void> }> {
  const { engine, report, docker, bridge } = sandbox;
  await docker('stop', '--time', '5', standIns[0]);
  const password = join(engine.folder, 'legacy-password');
  await writeFile(password, report.password, { mode: 0o600 });
  const program = [process.execPath, join(packageRoot(), 'dist/stand-ins.mjs'), 'legacy-site'];
  const [file = '', ...argv] = [...engine.inside, ...program];
  const legacy = spawn(file, argv, {
    env: {
      LEGACY_HOST: bridge,
      LEGACY_PORT: new URL(report.legacy).port,
      LEGACY_PASSWORD_FILE: password,
    },
    stdio: 'ignore',
  });
  const visitor = sandbox.visitor();
  await waitFor('the legacy answers', async () => {
    if (legacy.exitCode !== null) throw new Error(`the stand-in legacy ended with ${legacy.exitCode}`);
    return (await visitor.get('/')).status === 200;
  });
  return {
    end: async () => {
      const ended = once(legacy, 'exit');
      if (legacy.kill('SIGKILL')) await ended;
    },
  };
}
