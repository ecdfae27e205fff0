import { describe, expect, it } from 'vitest';

import { planSetup, type SetupFacts } from '../../../src/engines/docker/setup-plan.ts';

const debian12 = { id: 'debian', version: '12', codename: 'bookworm' };
const debian13 = { id: 'debian', version: '13', codename: 'trixie' };
const ubuntu = { id: 'ubuntu', version: '24.04', codename: 'noble' };

const complete: SetupFacts = {
  distribution: debian12,
  root: true,
  sudo: false,
  user: 'root',
  systemd: false,
  client: true,
  engine: 'running',
  dockerPackages: false,
  compose: true,
  debootstrap: true,
  apparmorNeeded: false,
};
const bare: SetupFacts = { ...complete, client: false, engine: 'missing', compose: false, debootstrap: false };

const titles = (facts: SetupFacts): readonly string[] => planSetup(facts).map(({ title }) => title);
const plugin = 'put the Compose plugin of Debian 13’s package docker-compose into /usr/local/lib/docker/cli-plugins';
const packages = 'docker.io, iptables, ca-certificates';
const bootstrap = 'debootstrap, debian-archive-keyring';
const background = 'start the engine (dockerd in the background, log /var/log/dockerd.log)';
const service = 'start the engine (systemctl enable --now docker)';

describe('the set-up of a machine', () => {
  it.each([
    ['nothing is missing', complete, []],
    [
      'Debian 12 with a newer client only',
      { ...bare, client: true },
      [`install ${packages}, ${bootstrap} with apt-get`, plugin, background],
    ],
    ['Debian 12 with nothing', bare, [`install ${packages}, ${bootstrap} with apt-get`, plugin, background]],
    [
      'Debian 13 with nothing',
      { ...bare, distribution: debian13, systemd: true },
      [`install ${packages}, docker-cli, docker-compose, ${bootstrap} with apt-get`, service],
    ],
    [
      'Ubuntu with nothing',
      { ...bare, distribution: ubuntu, systemd: true, apparmorNeeded: true },
      [`install ${packages}, apparmor, docker-compose-v2, ${bootstrap} with apt-get`, service],
    ],
    ['an engine that is stopped', { ...complete, engine: 'stopped' as const }, [background]],
    [
      'Compose v1 only, Docker’s own packages',
      { ...complete, compose: false, dockerPackages: true },
      ['install docker-compose-plugin with apt-get'],
    ],
    ['a remote engine', { ...complete, engine: 'remote' as const, debootstrap: false }, []],
    [
      'a remote engine without a client',
      { ...complete, engine: 'remote' as const, client: false },
      ['install docker.io with apt-get'],
    ],
    [
      'a user with sudo, nothing there',
      { ...bare, distribution: ubuntu, root: false, sudo: true, user: 'nurse', systemd: true },
      [
        `install ${packages}, docker-compose-v2, ${bootstrap} with apt-get`,
        service,
        'let nurse use the engine (group docker; takes effect after the next login)',
      ],
    ],
    [
      'a user who may not use the socket',
      { ...complete, engine: 'denied' as const, root: false, sudo: true, user: 'nurse' },
      ['let nurse use the engine (group docker; takes effect after the next login)'],
    ],
    ['a user without sudo', { ...bare, root: false }, ['set up Docker Engine, Compose v2, debootstrap as root']],
    [
      'another distribution',
      { ...bare, distribution: { id: 'alpine', version: '3.22', codename: '' } },
      ['install Docker Engine, Compose v2, debootstrap by hand: this is neither Debian nor Ubuntu (alpine 3.22)'],
    ],
  ] satisfies readonly (readonly [string, SetupFacts, readonly string[]])[])('%s', (_, facts, expected) =>
    expect(titles(facts)).toEqual(expected),
  );

  it('uses sudo exactly where we are not root', () => {
    for (const step of planSetup({ ...bare, root: false, sudo: true })) expect(step.work).toMatchObject({ sudo: true });
    for (const step of planSetup(bare)) expect(step.work).toMatchObject({ sudo: false });
  });
});
