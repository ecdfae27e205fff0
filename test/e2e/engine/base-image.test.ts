import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

import { describe, expect, it, vi } from 'vitest';

import { debianTree } from '../../../src/engines/docker/debian-tree.ts';
import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import { cleanEnvironment } from '../../../src/engines/docker/program.ts';
import { reachable } from './support/reachable.ts';

const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const wish = { env: cleanEnvironment(process.env), architecture, refusal: 'a test' };
const treeModule = new URL('../../../src/engines/docker/debian-tree.ts', import.meta.url).href;

describe('the base image', () => {
  it('is there after the first time in less than a second, and is a Debian with security updates', async () => {
    const engine = await createDockerEngine();
    const base = await engine.baseImage();
    const begun = performance.now();
    expect(await engine.baseImage(() => expect.unreachable('nothing to do'))).toBe(base);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(base).toMatch(/^openimis-base:trixie-\w+$/);
    const labels = { 'org.openimis.workspace': 'test-engine' };
    const look = await engine.runOnce({
      image: base,
      argv: ['sh', '-c', 'cat /etc/os-release /etc/apt/sources.list.d/*; cat /etc/machine-id; ls /var/lib/apt/lists'],
      labels,
      timeout: 30,
    });
    expect(look.stdout).toContain('VERSION_CODENAME=trixie');
    expect(look.stdout).toContain('trixie-security');
    await engine.close();
  });

  it('live: leaves nothing behind when it is interrupted', async ({ skip }) => {
    if (!(await reachable('http://deb.debian.org/debian/dists/trixie/InRelease'))) skip();
    const stop = new AbortController();
    const making = debianTree({
      ...wish,
      signal: stop.signal,
      progress: (line) => line.startsWith('Retrieving apt') && stop.abort(),
    });
    await expect(making).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await folders(process.pid)).toEqual([]);
    await vi.waitFor(async () => expect(await processes('debootstrap')).toEqual([]), { timeout: 10_000 });
  });

  it('live: after a kill -9 no process stays, and the next run removes the folder', async ({ skip }) => {
    if (!(await reachable('http://deb.debian.org/debian/dists/trixie/InRelease'))) skip();
    const script = `const { debianTree } = await import(${JSON.stringify(treeModule)});
      await debianTree({ ...${JSON.stringify(wish)}, progress: (line) => console.log(line) });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      // It has mounts and children by now.
      if (said.includes('Installing core packages')) break;
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    const [left] = await folders(child.pid ?? 0);
    expect(left).toBeDefined();
    await vi.waitFor(async () => expect(await processes(left!)).toEqual([]), { timeout: 10_000 });
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(left);

    const stop = new AbortController();
    const next = debianTree({ ...wish, signal: stop.signal, progress: () => stop.abort() });
    await expect(next).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(existsSync(left!)).toBe(false);
  });
});

async function folders(pid: number): Promise<readonly string[]> {
  const names = (await readdir('/var/tmp')).filter((name) => name.startsWith(`openimis-base-${pid}-`));
  return names.map((name) => `/var/tmp/${name}`);
}

/** Command lines that contain a word and are not this test's own. */
async function processes(word: string): Promise<readonly string[]> {
  const lines = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes('/var/tmp/openimis-base-') && line.includes(word));
}
