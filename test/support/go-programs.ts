import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Let's Encrypt's own test server: a real ACME server with a DNS of its own. The Go checksum database vouches for it. */
const pebbleVersion = 'v2.10.1';
const packages = ['pebble', 'pebble-challtestsrv'];
/** Go that pebble asks for in its go.mod. */
const needed = [1, 24] as const;

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openimis-test');

/** Folder with `pebble` and `pebble-challtestsrv`. */
export const pebbleFolder = join(cache, `pebble-${pebbleVersion}`);

function goVersion(go: string): string | undefined {
  const { status, stdout } = spawnSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^go/, '') : undefined;
}

function isNewEnough(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/**
 * Builds pebble once per machine from the Go module proxy. Go comes from PATH, /usr/local/go or, when there is none, from
 * Debian; `install` brings a Debian package.
 */
export function buildPebble(install: (packageName: string) => void): void {
  if (packages.every((name) => existsSync(join(pebbleFolder, name)))) return;
  const places = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];
  let go = places.find((place) => isNewEnough(goVersion(place)));
  if (go === undefined) {
    console.log('set-up: installing golang-go (builds pebble, a real ACME server)');
    install('golang-go');
    go = places.find((place) => isNewEnough(goVersion(place)));
  }
  if (go === undefined)
    throw new Error(
      `pebble ${pebbleVersion} needs Go ${needed.join('.')} or later, and this system's golang-go is older: install Go (Debian: golang-go from backports)`,
    );
  console.log(`set-up: building pebble ${pebbleVersion} (a real ACME server) with Go ${goVersion(go)}`);
  const folder = `${pebbleFolder}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const argv = ['install', ...packages.map((name) => `github.com/letsencrypt/pebble/v2/cmd/${name}@${pebbleVersion}`)];
  const { status } = spawnSync(go, argv, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '' },
  });
  if (status !== 0) throw new Error(`go ${argv.join(' ')} failed (exit ${status})`);
  rmSync(pebbleFolder, { recursive: true, force: true });
  renameSync(folder, pebbleFolder);
}
