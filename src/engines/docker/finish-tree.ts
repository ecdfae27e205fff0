import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { DebianSuite } from '../engine.ts';
import type { Mirrors } from './debian-mirrors.ts';

/** Folders whose content no container needs. */
const emptied = [
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
];

/** Turns a fresh debootstrap tree into what Debian's own slim image is: small, with security updates, no services. */
export async function finishTree(root: string, mirrors: Mirrors, suite: DebianSuite): Promise<void> {
  for (const folder of emptied)
    for (const name of await readdir(join(root, folder)).catch(() => []))
      await rm(join(root, folder, name), { recursive: true, force: true });
  for (const file of ['etc/apt/sources.list', 'etc/hostname', 'etc/resolv.conf', 'var/lib/dbus/machine-id'])
    await rm(join(root, file), { force: true });
  for (const [path, content] of Object.entries(files(mirrors, suite))) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  // Without it packages start their services while an image is built.
  await chmod(join(root, 'usr/sbin/policy-rc.d'), 0o755);
}

function files(mirrors: Mirrors, suite: DebianSuite): Readonly<Record<string, string>> {
  const source = (uri: string, suites: string): string =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`;
  return {
    'etc/machine-id': '',
    'etc/apt/sources.list.d/debian.sources': [
      source(mirrors.main, `${suite} ${suite}-updates`),
      source(mirrors.security, `${suite}-security`),
    ].join('\n'),
    'etc/apt/apt.conf.d/90openimis': [
      'Acquire::Languages "none";',
      'Acquire::Retries "3";',
      'Apt::AutoRemove::SuggestsImportant "false";',
      'Dir::Cache::pkgcache "";',
      'Dir::Cache::srcpkgcache "";',
      '',
    ].join('\n'),
    'etc/dpkg/dpkg.cfg.d/90openimis': [
      'path-exclude /usr/share/doc/*',
      'path-include /usr/share/doc/*/copyright',
      'path-exclude /usr/share/man/*',
      'path-exclude /usr/share/info/*',
      'path-exclude /usr/share/locale/*',
      '',
    ].join('\n'),
    'usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
  };
}
