import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../../support/cli.ts';
import { logInAt, openChromium, who, withFreshPage } from './browser-page.ts';
import { followsUntilCtrlC } from './follow.ts';

type Report = {
  readonly gateway: string;
  readonly legacy: string;
  readonly password: string;
  readonly folder: string;
  readonly visit: { readonly signedOnAs: string };
};

const state = { XDG_STATE_HOME: '' };
let report: Report;
let browser: Browser;
let removeState: () => Promise<void>;

/** A state folder of the test's own: a developer's sandbox has the same names on the engine and is taken down first. */
beforeAll(async () => {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  state.XDG_STATE_HOME = await mkdtemp(join(tmpdir(), 'openimis-sandbox-'));
  removeState = () => rm(state.XDG_STATE_HOME, { recursive: true, force: true });
  await openimis(['sandbox', 'down', '--yes'], { env: state, timeout: 120_000 });
  const up = await openimis(['sandbox', 'up', '--yes', '--json'], { env: state, timeout: 900_000 });
  expect(up, up.stdout + up.stderr).toMatchObject({ code: 0 });
  report = (JSON.parse(up.stdout) as { data: { report: Report } }).data.report;
  browser = await openChromium();
}, 900_000);

afterAll(async () => {
  await browser.close();
  const planned = await openimis(['sandbox', 'down', '--dry-run'], { env: state });
  expect(planned.stdout).toContain('would remove 8 containers');
  const unasked = await openimis(['sandbox', 'down'], { env: state });
  expect(unasked.stderr).toContain('CONFIRMATION_NEEDED');
  const down = await openimis(['sandbox', 'down', '--yes'], { env: state, timeout: 120_000 });
  expect(down, down.stderr).toMatchObject({ code: 0 });
  const left = await execa('docker', [
    'ps',
    '--all',
    '--quiet',
    '--filter',
    'label=com.docker.compose.project=openimis-sandbox-test',
  ]);
  expect(left.stdout).toBe('');
  const volumes = await execa('docker', ['volume', 'ls', '--quiet', '--filter', 'label=org.openimis.sandbox=true']);
  expect(volumes.stdout).toBe('');
  const networks = await execa('docker', ['network', 'ls', '--quiet', '--filter', 'label=org.openimis.sandbox=true']);
  expect(networks.stdout).toBe('');
  expect(existsSync(report.folder)).toBe(false);
  await removeState();
}, 200_000);

const withPage = (use: (page: Page, errors: string[]) => Promise<void>): Promise<void> => withFreshPage(browser, use);
const logIn = (page: Page, user: string, password: string): Promise<void> =>
  logInAt(page, report.gateway, user, password);

describe('the sandbox', () => {
  it('signs a person on who logs in at the legacy, in a real browser', async () => {
    expect(report.visit.signedOnAs).toBe('Admin');
    await withPage(async (page, errors) => {
      await logIn(page, 'clerk', report.password);
      expect(page.url()).toMatch(/\/Home\.aspx$/i);
      await page.goto(new URL('/front/', report.gateway).href);
      await page.getByText('clerk').first().waitFor();
      expect(await who(page)).toMatchObject({ status: 200 });
      expect((await who(page)).body).toContain('clerk');
      expect(errors).toEqual([]);
    });
  });

  it('says on every page that it is a stand-in', async () => {
    await withPage(async (page) => {
      await page.goto(report.gateway);
      expect((await page.textContent('body'))?.toLowerCase()).toContain('stand-in');
      await logIn(page, 'Admin', report.password);
      for (const path of ['/Home.aspx', '/front/', '/iapi/whoami']) {
        await page.goto(new URL(path, report.gateway).href);
        expect((await page.textContent('body'))?.toLowerCase(), path).toContain('stand-in');
      }
    });
  });

  it('shows that the applications reach the stand-in database', async () => {
    await withPage(async (page) => {
      await logIn(page, "O'Brien", report.password);
      await page.goto(new URL('/iapi/whoami', report.gateway).href);
      const body = (await page.textContent('body')) ?? '';
      expect(body).toContain("O'Brien");
      expect(body).toMatch(/database[\s\S]*(yes|works|reached)/i);
    });
  });

  it('refuses the new side after a logout in the legacy, and after a failed login', async () => {
    await withPage(async (page) => {
      await logIn(page, 'Admin', report.password);
      await page.goto(new URL('/front/', report.gateway).href);
      expect(await who(page)).toMatchObject({ status: 200 });
      await page.goto(new URL('/Logout.aspx', report.gateway).href);
      expect(await who(page)).toMatchObject({ status: 401 });
      await logIn(page, 'Admin', 'wrong');
      expect(await who(page)).toMatchObject({ status: 401 });
      await page.goto(new URL('/front/', report.gateway).href);
      expect(await page.locator('[name=txtUserName]').count()).toBe(1);
    });
  });

  it('carries a person through a day: wanted page, login, new side, logout in the legacy, refusal', async () => {
    await withPage(async (page, errors) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const front = new URL('/front/claim', report.gateway).href;
      await page.goto(front);
      expect(await page.locator('[name=txtUserName]').count()).toBe(1);
      await page.fill('[name=txtUserName]', 'clerk');
      await page.fill('[name=txtPassword]', report.password);
      await page.click('[name=btnLogin]');
      await page.waitForURL(front);
      await page.getByText('clerk').first().waitFor();
      expect(await who(page)).toMatchObject({ status: 200, body: expect.stringContaining('clerk') as string });
      // Without a Referer the legacy shows a dead end; this is how React opens its home.
      await page.goto(new URL('/LegacyHome', report.gateway).href);
      await page.locator('a[href*="Logout" i]').first().click();
      await page.locator('[name=txtUserName]').waitFor();
      expect(errors).toEqual([]);
      expect(await who(page)).toMatchObject({ status: 401 });
      // The refused fetch is the one thing that the console may show.
      expect(errors.filter((text) => !/status of 401/.test(text))).toEqual([]);
      const origin = new URL(report.gateway).origin;
      expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
      await page.goto(front);
      expect(await page.locator('[name=txtUserName]').count()).toBe(1);
    });
  });

  it('stands the test from outside that the operator runs against his own gateway', async () => {
    const run = await openimis(['gateway', 'test', 'sandbox', '--json'], { env: state, timeout: 120_000 });
    const { data } = JSON.parse(run.stdout) as { data: { findings: { id: string; state: string; found: string }[] } };
    expect(data.findings.filter((finding) => finding.state === 'problem')).toEqual([]);
    expect(data.findings.filter((finding) => finding.state === 'ok').length).toBeGreaterThan(15);
    expect(run.code).toBe(0);
    const text = await openimis(['gateway', 'test', 'sandbox'], { env: state, timeout: 120_000 });
    expect(text.stdout).toContain('a posted name signs nobody on: 401 for 3 requests');
    const elsewhere = await openimis(['gateway', 'test', 'sandbox', '--connect', '127.0.0.2'], { env: state });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([5, expect.stringContaining('GATEWAY_UNREACHABLE')]);
  });

  it('a second `up` changes nothing and takes seconds', async () => {
    const again = await openimis(['sandbox', 'up', '--yes'], { env: state, timeout: 120_000 });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('there is nothing to do');
    expect(again.stdout).toContain(report.password);
    const status = await openimis(['sandbox', 'status', '--json'], { env: state });
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, data: { up: true, gateway: report.gateway } });
  });
});

describe('a real deploy in a fresh folder, beside the sandbox', () => {
  it('init, deploy, status, logs, render and down of a server test work against a legacy on this box', async () => {
    const yaml = await readFile(join(report.folder, 'openimis.yaml'), 'utf8');
    const image = /image: "?(openimis-stand-in:[0-9a-f]+)/.exec(yaml)?.[1] ?? '';
    const databasePort = /port: (\d+)/.exec(yaml)?.[1] ?? '';
    const password =
      /"databasePassword": "([^"]+)"/.exec(await readFile(join(report.folder, 'secrets/sandbox.json'), 'utf8'))?.[1] ??
      '';
    await inTemporaryFolder(async (cwd) => {
      const flags = [
        ...['--legacy-ip', '127.0.0.1', '--legacy-url', `http://127.0.0.1:${new URL(report.legacy).port}/`],
        ...['--database-name', 'openIMIS-sandbox', '--database-user', 'openimis', '--database-port', databasePort],
        ...[
          '--gateway-dns',
          'test.localhost',
          '--gateway-http',
          '9080',
          '--gateway-https',
          '9443',
          '--gateway-address',
          '127.0.0.1',
        ],
        ...[
          '--release',
          '1.1.0',
          ...['frontend', 'ibackend', 'backend', 'worker'].flatMap((name) => ['--image', `${name}=${image}`]),
        ],
      ];
      const env = { OPENIMIS_DATABASE_PASSWORD: password };
      const planned = await openimis(['deploy', 'test', ...flags, '--dry-run'], { cwd, env });
      expect(planned, planned.stderr).toMatchObject({ code: 0 });
      expect(planned.stdout).toContain('nothing was changed');
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');

      const unasked = await openimis(['deploy', 'test', ...flags], { cwd, env });
      expect(unasked.code).toBe(2);
      expect(unasked.stderr).toContain('CONFIRMATION_NEEDED');

      try {
        const deployed = await openimis(['deploy', 'test', ...flags, '--yes'], { cwd, env, timeout: 200_000 });
        expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
        expect(deployed.stdout).toContain('https://test.localhost:9443/');
        expect(deployed.stdout + deployed.stderr).not.toContain(password);

        const status = await openimis(['status', '--json'], { cwd });
        expect(JSON.parse(status.stdout)).toMatchObject({ data: { server: 'test', state: 'serving', serving: 1 } });
        const logs = await openimis(['logs', 'test', 'gateway', '--tail', '5'], { cwd });
        expect(logs.stdout.split('\n').length).toBeGreaterThan(0);
        expect(logs.stdout).toContain('gateway');
        const first = await execa(
          'bash',
          [
            '-c',
            `set -o pipefail; "$0" "$1" logs test | head -n 1`,
            process.execPath,
            join(import.meta.dirname, '../../../bin/run.js'),
          ],
          { cwd },
        );
        expect(first.stdout.split('\n')).toHaveLength(1);

        await followsUntilCtrlC(cwd);

        const again = await openimis(['deploy', 'test', '--yes', '--json'], { cwd });
        expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, data: { plan: { kind: 'nothing' } } });
        const sandbox = await openimis(['sandbox', 'status', '--json'], { env: state });
        expect(JSON.parse(sandbox.stdout)).toMatchObject({ data: { up: true } });
        const taken = await openimis(
          [
            'deploy',
            'other',
            ...flags.map((flag) => (flag === 'test.localhost' ? 'other.localhost' : flag)),
            '--yes',
            '--json',
          ],
          { cwd, env },
        );
        expect(JSON.parse(taken.stdout)).toMatchObject({
          error: { code: 'PORT_TAKEN', message: expect.stringContaining('test') as string },
        });
      } finally {
        const down = await openimis(['down', 'test', '--volumes', '--yes'], { cwd, timeout: 120_000 });
        expect(down, down.stderr).toMatchObject({ code: 0 });
      }
      const gone = await openimis(['status', 'test', '--json'], { cwd });
      expect(JSON.parse(gone.stdout)).toMatchObject({ data: { state: 'not-deployed' } });
    });
  });
});
