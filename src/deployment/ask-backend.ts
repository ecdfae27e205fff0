import { Failure } from '../failure.ts';
import type { CommandResult } from '../engines/engine.ts';
import { addressesOf } from '../stack/addresses.ts';
import { backendPort } from '../stack/generations.ts';
import { gatewayAddress } from './deploy.ts';
import type { DeploymentContext } from './context.ts';
import { observe } from './observe.ts';
import { requireSecret } from './compose-secrets.ts';

/** Whom the backend says a name makes you, as `core/users/current_user/` of all releases answers (be-core: serializers.py). */
export type BackendUser = {
  readonly login: string;
  readonly name: string;
  /** May create or change users or roles, and so become anybody. */
  readonly mayBecomeAnybody: boolean;
};

export type Identity =
  | { readonly kind: 'user'; readonly user: BackendUser }
  /** The backend works and knows nobody of that name. */
  | { readonly kind: 'unknown'; readonly status: number }
  | { readonly kind: 'broken'; readonly why: string };

export type BackendDoor = {
  /** Asks the backend itself, as the gateway does, whom this login makes. Each answer may open a Django session there. */
  readonly whoIs: (login: string) => Promise<Identity>;
  /** HTTP status that a name and password get at the gateway's own door, from inside its container. */
  readonly knock: (name: string, password: string, path: string) => Promise<number | string>;
};

const currentUser = '/api/core/users/current_user/';
const tries = { seconds: 30 } as const;
/** Rights of be-core (apps.py) that let a user make himself anything: create and change users, create, change and replace roles. */
const rightsOverUsers = [121702, 121703, 122002, 122003, 122006];

/**
 * Ways to ask the deployed backend, through the gateway's container. @throws Failure NOT_DEPLOYED when there is no running
 * gateway or no backend behind it.
 */
export async function openBackendDoor(context: DeploymentContext): Promise<BackendDoor> {
  const { server, engine, secrets } = context;
  const { gateway, bank, subnet } = await observe(context);
  if (gateway?.state !== 'running' || bank === undefined || subnet === undefined)
    throw new Failure('NOT_DEPLOYED', `server ${server.name} does not run on this engine: nobody can be asked`, [
      `openimis deploy ${server.name}`,
    ]);
  if (server.components.backend === undefined)
    throw new Failure('NOT_DEPLOYED', `server ${server.name} has no backend: nothing serves /api`, [
      `servers.${server.name}.components in openimis.yaml lists what is deployed`,
    ]);
  const backend = `http://${addressesOf(subnet).app.banks[bank]}:${backendPort}`;
  // Headers and passwords go by standard input: everybody on the box can read a command line.
  const curl = (lines: readonly string[]): Promise<CommandResult> =>
    engine.exec(gateway.id, ['curl', '--config', '-'], {
      stdin: [...common, ...lines].map((line) => `${line}\n`).join(''),
      timeout: tries.seconds + 10,
    });
  const ask = async (login: string | undefined): Promise<Answer | string> =>
    answerOf(
      await curl([
        option('url', `${backend}${currentUser}`),
        option('header', `Host: ${server.gateway.dns}`),
        option('header', 'X-Forwarded-Proto: https'),
        ...(login === undefined
          ? []
          : [option('header', `X-Openimis-${requireSecret(secrets, 'IDENTITY_HEADER', server.name)}: ${login}`)]),
      ]),
    );
  return {
    whoIs: async (login) => identityOf(await ask(login), () => ask(undefined)),
    knock: async (name, password, path) => {
      const url = new URL(path, gatewayAddress(context)).href;
      const answer = answerOf(
        await curl([
          option('url', url),
          option('connect-to', '::127.0.0.1:8443'),
          'insecure',
          option('user', `${name}:${password}`),
        ]),
      );
      return typeof answer === 'string' ? answer : answer.status;
    },
  };
}

type Answer = { readonly status: number; readonly body: string };

const mark = '\n--openimis-- ';
const common = [
  'silent',
  'show-error',
  'globoff',
  option('noproxy', '*'),
  option('max-time', String(tries.seconds)),
  option('max-filesize', '1000000'),
  option('user-agent', 'openimis'),
  option('write-out', `${mark}%{http_code}`),
];

/** A line of curl's configuration file. */
function option(name: string, value: string): string {
  const quoted = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `${name} = "${quoted}"`;
}

function answerOf({ code, stdout, stderr }: CommandResult): Answer | string {
  const end = stdout.lastIndexOf(mark);
  const status = Number(stdout.slice(end + mark.length));
  if (code !== 0 || end === -1 || !Number.isInteger(status))
    return stderr.trim() === '' ? `curl's exit code is ${code}` : stderr.trim();
  return { status, body: stdout.slice(0, end) };
}

/** An unknown name is a bare 500 or a refusal (domain: all releases), and so is a backend that does not work. */
async function identityOf(answer: Answer | string, withoutName: () => Promise<Answer | string>): Promise<Identity> {
  if (typeof answer === 'string') return { kind: 'broken', why: `does not answer: ${answer}` };
  if (answer.status === 200) {
    const user = userOf(answer.body);
    return user === undefined
      ? { kind: 'broken', why: 'answers with something that is no user of openIMIS' }
      : { kind: 'user', user };
  }
  const nobody = await withoutName();
  if (typeof nobody === 'string') return { kind: 'broken', why: `does not answer: ${nobody}` };
  if (nobody.status === 401 || nobody.status === 403) return { kind: 'unknown', status: answer.status };
  return { kind: 'broken', why: `answers ${answer.status} to a name and ${nobody.status} to nobody` };
}

function userOf(body: string): BackendUser | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const user = record(parsed);
  const login = user?.['username'];
  if (user === undefined || typeof login !== 'string') return undefined;
  const person = record(user['i_user']);
  const names = [person?.['other_names'], person?.['last_name']].filter((part) => typeof part === 'string');
  const rights = Array.isArray(person?.['rights']) ? person['rights'].map(Number) : [];
  return {
    login,
    name: names.join(' '),
    mayBecomeAnybody: user['is_superuser'] === true || rights.some((right) => rightsOverUsers.includes(right)),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
