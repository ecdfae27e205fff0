import { Failure } from '../../failure.ts';

/** What the words of an error are about; `remote`: the engine is not on this box. */
export type Circumstances = { readonly endpoint: string; readonly remote: boolean };

type Rule = {
  readonly pattern: RegExp;
  readonly failure: (match: RegExpExecArray, where: Circumstances, options: ErrorOptions) => Failure;
};

const onBox = (where: Circumstances): string => (where.remote ? ' on the box of the engine' : '');

/** First match wins. The texts were seen with docker 20.10 and 28.2 clients, Compose 2.26 and Engine 20.10. */
const rules: readonly Rule[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    failure: (_, where, options) =>
      new Failure(
        'DISK_FULL',
        `no space left on device${onBox(where)}`,
        ['docker system df      shows what takes it', 'docker image prune    removes images that nothing uses'],
        options,
      ),
  },
  {
    pattern: /Host key verification failed|Permission denied \(|ssh: .*|command \[ssh [^\]]*\][^\n]*/,
    failure: ([text], where, options) =>
      new Failure(
        'ENGINE_UNREACHABLE',
        `no way over ssh to the engine ${where.endpoint}: ${lastWords(text)}`,
        [
          `ssh ${sshTarget(where.endpoint)} docker version    must work without a question (key, known host)`,
          'or choose another engine: DOCKER_HOST, docker context use',
        ],
        options,
      ),
  },
  {
    pattern: /permission denied while trying to connect|connect: permission denied/i,
    failure: (_, where, options) =>
      new Failure(
        'ENGINE_PERMISSION',
        `no permission to use the engine at ${where.endpoint}`,
        ['sudo usermod -aG docker "$USER"    then log out and in (or: newgrp docker)', 'or run the command as root'],
        options,
      ),
  },
  {
    pattern: /context "([^"]*)": context not found/,
    failure: ([, name], _where, options) =>
      new Failure(
        'ENGINE_UNREACHABLE',
        `docker has no context ${JSON.stringify(name)} (DOCKER_CONTEXT, or docker context use)`,
        ['docker context ls    lists those there are'],
        options,
      ),
  },
  {
    pattern: /unable to resolve docker endpoint|context not found|unable to parse docker host|invalid bind address/i,
    failure: (_match, where, options) =>
      new Failure(
        'ENGINE_UNREACHABLE',
        `docker does not understand where the engine is (${where.endpoint})`,
        ['docker context ls    and look at DOCKER_HOST and DOCKER_CONTEXT'],
        options,
      ),
  },
  {
    pattern: /Cannot connect to the Docker daemon|error during connect|dial-stdio|socket hang up|ECONNRE(SET|FUSED)/,
    failure: (_, where, options) => notRunning(where, options),
  },
  {
    pattern: /(?:Bind for (\S+) failed: port is already allocated|listen tcp\d? (\S+): bind: address already in use)/,
    failure: ([, allocated, bound], where, options) =>
      new Failure(
        'PORT_TAKEN',
        `${allocated ?? bound ?? 'a port'} is already taken${onBox(where)}`,
        ['choose other ports in openimis.yaml (gateway.http, gateway.https), or stop what listens there'],
        options,
      ),
  },
  {
    pattern: /Pool overlaps with other one|invalid pool request|address pools have been fully subnetted/i,
    failure: (_, where, options) =>
      new Failure(
        'SUBNET_TAKEN',
        `the subnet is already used by another network${onBox(where)}`,
        ['docker network ls', 'choose another one in openimis.yaml (subnet)'],
        options,
      ),
  },
  {
    pattern:
      /pull access denied for (\S+?),|manifest for (\S+) not found|[Nn]o such image: (\S+?)(?::?\s|$)|manifest unknown|Get "https?:\/\/[^"]+\/v2\/[^"]*": .*/,
    failure: ([text, denied, unknown, none], _where, options) =>
      new Failure(
        'IMAGE_MISSING',
        `the image ${denied ?? unknown ?? none ?? ''} is not on the engine and cannot be pulled: ${lastWords(text)}`,
        [
          'docker load < image.tar    brings an image without a registry',
          'docker login    for a registry that wants it',
        ],
        options,
      ),
  },
];

/** The foreseen failure behind the output of docker or Compose or an API error, if there is one. */
export function diagnose(text: string, where: Circumstances): Failure | undefined {
  for (const { pattern, failure } of rules) {
    const match = pattern.exec(text);
    if (match !== null) return failure(match, where, { cause: new Error(lastLines(text, 20)) });
  }
  return undefined;
}

/** How to start an engine that is installed but does not answer. */
export function notRunning(where: Circumstances, options: ErrorOptions = {}): Failure {
  if (!where.endpoint.startsWith('unix:') && !where.endpoint.startsWith('ssh:'))
    return new Failure(
      'ENGINE_UNREACHABLE',
      `no engine answers at ${where.endpoint}`,
      ['docker version    must work with the same DOCKER_HOST and context'],
      options,
    );
  return new Failure(
    'ENGINE_NOT_RUNNING',
    `no engine runs at ${where.endpoint}`,
    [
      'sudo systemctl start docker      where systemd runs (journalctl -u docker says why it stopped)',
      'sudo dockerd                     where it does not',
    ],
    options,
  );
}

/** The last `count` lines that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}

function lastWords(text: string): string {
  const line = lastLines(text, 1);
  return (/stderr=(.*)$/.exec(line)?.[1] ?? line).slice(0, 300);
}

function sshTarget(endpoint: string): string {
  if (!URL.canParse(endpoint)) return '<user>@<box>';
  const url = new URL(endpoint);
  return `${url.port === '' ? '' : `-p ${url.port} `}${url.username === '' ? '' : `${url.username}@`}${url.hostname}`;
}
