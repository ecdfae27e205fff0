import { describe, expect, it } from 'vitest';

import { debootstrapCommand } from '../../../src/engines/docker/debian-tree.ts';
import { parseMirrors } from '../../../src/engines/docker/debian-mirrors.ts';
import { composeHints, engineHints, parseDistribution } from '../../../src/engines/docker/distribution.ts';
import { atLeast, isRemote, parseEndpoint, serverVersion } from '../../../src/engines/docker/requirements.ts';

describe('what docker says about itself', () => {
  it('finds the engine’s version, or that there is none', () => {
    expect(serverVersion('{"Client":{"Version":"28.2.2"},"Server":{"Version":"20.10.24+dfsg1"}}')).toBe(
      '20.10.24+dfsg1',
    );
    expect(serverVersion('{"Client":{"Version":"28.2.2"},"Server":null}')).toBeUndefined();
    for (const text of ['', 'null', 'docker: command not found', '{"Server":{"Version":5}}'])
      expect(serverVersion(text)).toBeUndefined();
  });

  it.each([
    ['20.10.24+dfsg1', [20, 10, 0], true],
    ['19.03.15', [20, 10, 0], false],
    ['28.2.2', [20, 10, 0], true],
    ['2.26.1-4', [2, 23, 1], true],
    ['v2.23.0', [2, 23, 1], false],
    ['1.29.2', [2, 23, 1], false],
    ['2.24', [2, 23, 1], true],
    ['dev', [2, 23, 1], false],
  ])('%s at least %j: %s', (version, wanted, expected) => expect(atLeast(version, wanted)).toBe(expected));

  it('takes the endpoint of the context, without a password', () => {
    expect(parseEndpoint('"unix:///var/run/docker.sock"\n', {})).toBe('unix:///var/run/docker.sock');
    expect(parseEndpoint('', { DOCKER_HOST: 'ssh://box' })).toBe('ssh://box');
    expect(parseEndpoint('"ssh://user:word@box:22"', {})).toBe('ssh://user@box:22');
    expect(parseEndpoint('null', {})).toBe('unix:///var/run/docker.sock');
  });

  it('takes a socket of another host for remote', () => {
    expect(isRemote('unix:///var/run/docker.sock', 'certainly-another-host')).toBe(true);
    expect(isRemote('ssh://box', 'box')).toBe(true);
  });
});

describe('the distribution', () => {
  it('is read from os-release', () => {
    const text =
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n# x\n';
    expect(parseDistribution(text)).toEqual({ id: 'debian', version: '12', codename: 'bookworm' });
    expect(parseDistribution('')).toEqual({ id: 'unknown', version: '', codename: '' });
  });

  it('decides what to type', () => {
    const of = (id: string, version: string) => ({ id, version, codename: '' });
    expect(engineHints(of('ubuntu', '24.04'))[0]).toBe('sudo apt-get install docker.io docker-compose-v2');
    expect(engineHints(of('debian', '12'))[0]).toBe('sudo apt-get install docker.io');
    expect(engineHints(of('debian', '12'))[1]).toContain('cli-plugins');
    expect(engineHints(of('debian', '13'))[0]).toBe('sudo apt-get install docker.io docker-cli docker-compose');
    expect(engineHints(of('alpine', '3'))[0]).toContain('docs.docker.com');
    expect(composeHints(of('ubuntu', '24.04'))[0]).toBe('sudo apt-get install docker-compose-v2');
    expect(composeHints(of('debian', '12')).join()).toContain('docker-compose-plugin');
  });
});

describe('making a base', () => {
  it('uses the machine’s own mirror of Debian', () => {
    const lines =
      'https://packages.example.org/apt x\nhttp://mirror.example.org/debian/ bookworm\nhttp://mirror.example.org/debian-security/ bookworm-security\n';
    expect(parseMirrors(lines)).toEqual({
      main: 'http://mirror.example.org/debian',
      security: 'http://mirror.example.org/debian-security',
    });
    expect(parseMirrors('http://archive.ubuntu.com/ubuntu/ noble\nfile:/srv/debian x\n').main).toBe(
      'http://deb.debian.org/debian',
    );
  });

  it('checks signatures and leaves no process and no mount behind', () => {
    const [file, argv] = debootstrapCommand('/var/tmp/x/root', 'http://deb.debian.org/debian');
    expect([file, ...argv].join(' ')).toBe(
      'setpriv --pdeathsig KILL -- unshare --mount --pid --fork --kill-child --mount-proc -- ' +
        'debootstrap --variant=minbase --force-check-gpg --keyring=/usr/share/keyrings/debian-archive-keyring.gpg ' +
        'trixie /var/tmp/x/root http://deb.debian.org/debian',
    );
    expect(debootstrapCommand('/r', 'https://mirror/debian')[1]).toContain('--include=ca-certificates');
  });
});
