import type { Distribution } from './distribution.ts';

/** What is on a machine, as far as running containers goes. */
export type SetupFacts = {
  readonly distribution: Distribution;
  readonly root: boolean;
  /** `sudo -n` works: no password would be asked for. */
  readonly sudo: boolean;
  readonly user: string;
  /** systemd is the init of this machine (not merely installed). */
  readonly systemd: boolean;
  /** There is a `docker` program, whoever brought it. */
  readonly client: boolean;
  /** `remote`: DOCKER_HOST or the context leads elsewhere; `denied`: it runs, but not for this user. */
  readonly engine: 'running' | 'denied' | 'stopped' | 'missing' | 'remote';
  /** Docker's own packages (docker-ce) are installed: their plugin belongs to them. */
  readonly dockerPackages: boolean;
  readonly compose: boolean;
  readonly debootstrap: boolean;
  /** The kernel wants AppArmor profiles and nobody can load them. */
  readonly apparmorNeeded: boolean;
};

/** One thing to do; `title` says it in one line. `work` is data: what it takes is in setup.ts. */
export type SetupStep = {
  readonly id: 'packages' | 'compose' | 'start' | 'group' | 'root' | 'distribution';
  readonly title: string;
  readonly work:
    | { readonly kind: 'install'; readonly packages: readonly string[]; readonly sudo: boolean }
    | { readonly kind: 'compose-plugin'; readonly target: string; readonly sudo: boolean }
    | { readonly kind: 'start'; readonly how: 'systemd' | 'init-script' | 'dockerd'; readonly sudo: boolean }
    | { readonly kind: 'group'; readonly user: string; readonly sudo: boolean }
    /** Nothing that we can do: `hints` say what the operator can. */
    | { readonly kind: 'impossible'; readonly hints: readonly string[] };
};

export const pluginFolder = '/usr/local/lib/docker/cli-plugins';
export const daemonLog = '/var/log/dockerd.log';

/** What is missing, in the order in which it is done; empty: nothing to do. A newer docker client stays as it is. */
export function planSetup(facts: SetupFacts): readonly SetupStep[] {
  const packages = missingPackages(facts);
  const plugin = !facts.compose && !composePackages(facts).length;
  const start = facts.engine === 'missing' || facts.engine === 'stopped';
  const denied = facts.engine === 'denied' || (start && !facts.root);
  if (packages.length === 0 && !plugin && !start && !denied) return [];

  const { id, version } = facts.distribution;
  if ((packages.length > 0 || plugin) && id !== 'debian' && id !== 'ubuntu')
    return [
      impossible(
        'distribution',
        `install ${describeMissing(facts)} by hand: this is neither Debian nor Ubuntu (${id} ${version})`,
        ['https://docs.docker.com/engine/install/'],
      ),
    ];
  if (!facts.root && !facts.sudo)
    return [
      impossible('root', `set up ${describeMissing(facts)} as root`, ['run the same command with sudo, or as root']),
    ];

  const sudo = !facts.root;
  const steps: SetupStep[] = [];
  if (packages.length > 0)
    steps.push({
      id: 'packages',
      title: `install ${packages.join(', ')} with apt-get`,
      work: { kind: 'install', packages, sudo },
    });
  if (plugin)
    steps.push({
      id: 'compose',
      title: `put the Compose plugin of Debian 13’s package docker-compose into ${pluginFolder}`,
      work: { kind: 'compose-plugin', target: `${pluginFolder}/docker-compose`, sudo },
    });
  if (start) steps.push(startStep(facts, sudo));
  if (denied)
    steps.push({
      id: 'group',
      title: `let ${facts.user} use the engine (group docker; takes effect after the next login)`,
      work: { kind: 'group', user: facts.user, sudo },
    });
  return steps;
}

function startStep(facts: SetupFacts, sudo: boolean): SetupStep {
  if (facts.systemd)
    return {
      id: 'start',
      title: 'start the engine (systemctl enable --now docker)',
      work: { kind: 'start', how: 'systemd', sudo },
    };
  if (sudo)
    return {
      id: 'start',
      title: 'start the engine (service docker start)',
      work: { kind: 'start', how: 'init-script', sudo },
    };
  return {
    id: 'start',
    title: `start the engine (dockerd in the background, log ${daemonLog})`,
    work: { kind: 'start', how: 'dockerd', sudo },
  };
}

function missingPackages(facts: SetupFacts): readonly string[] {
  const debian13 = isDebian13(facts.distribution);
  return [
    ...(facts.engine === 'missing' ? ['docker.io', 'iptables', 'ca-certificates'] : []),
    // Debian 13 has the client in a package of its own; in Debian 12 and Ubuntu docker.io brings it.
    ...(facts.client ? [] : debian13 ? ['docker-cli'] : facts.engine === 'missing' ? [] : ['docker.io']),
    ...(facts.engine === 'missing' && facts.apparmorNeeded ? ['apparmor'] : []),
    ...(facts.compose ? [] : composePackages(facts)),
    ...(facts.debootstrap || facts.engine === 'remote' ? [] : ['debootstrap', 'debian-archive-keyring']),
  ];
}

/** Packages of the machine's own distribution that bring Compose v2; none in Debian 12 and older. */
function composePackages(facts: SetupFacts): readonly string[] {
  if (facts.dockerPackages) return ['docker-compose-plugin'];
  if (facts.distribution.id === 'ubuntu') return ['docker-compose-v2'];
  return isDebian13(facts.distribution) ? ['docker-compose'] : [];
}

function isDebian13({ id, version, codename }: Distribution): boolean {
  // Debian testing has no version number.
  return id === 'debian' && (Number(version) >= 13 || (version === '' && codename !== ''));
}

function describeMissing(facts: SetupFacts): string {
  const parts = [
    ...(facts.engine === 'missing' || facts.engine === 'stopped' ? ['Docker Engine'] : []),
    ...(facts.engine === 'denied' ? ['the permission to use Docker Engine'] : []),
    ...(facts.compose ? [] : ['Compose v2']),
    ...(facts.debootstrap ? [] : ['debootstrap']),
  ];
  return parts.join(', ') || 'Docker';
}

function impossible(id: 'root' | 'distribution', title: string, hints: readonly string[]): SetupStep {
  return { id, title, work: { kind: 'impossible', hints } };
}
