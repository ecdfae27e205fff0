import { type BackendDoor, type BackendUser, openBackendDoor } from '../deployment/ask-backend.ts';
import { apiUsersOf } from '../deployment/change-api-users.ts';
import { planGatewayChange } from '../deployment/change-gateway.ts';
import type { DeploymentContext } from '../deployment/context.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { since } from '../modules/generation.ts';
import { type ApiUser, isExpired } from '../workspace/api-users.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import { apiUserWords } from './api-user-flags.ts';
import { givenPassword, passwordMatches, type PasswordFlags } from './api-user-password.ts';
import { apiUserWarnings, type ShownApiUser, shownApiUser } from './api-user-warnings.ts';
import { find } from './api-users.ts';
import type { CommandRequest } from './base-command.ts';
import { askSecret, needConsent } from './prompts.ts';
import { chooseServer } from './session.ts';
import { withEngine } from './with-engine.ts';

export type Verification = {
  readonly server: string;
  readonly user: ShownApiUser;
  /** Whom the backend says the API user's login makes. */
  readonly makes?: BackendUser;
  readonly password: 'right' | 'wrong' | 'not asked';
  /** What keeps this API user from working. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

type VerifyRequest = CommandRequest<PasswordFlags & { readonly password: boolean }> & {
  readonly args: { readonly server?: string | undefined; readonly name?: string | undefined };
};

/** Asks the running backend, through the gateway's container, who this API user is; with a password also the gateway's door. */
export async function verifyApiUser(request: VerifyRequest): Promise<Verification> {
  const words = apiUserWords(request.args);
  const { config, folder } = await openWorkspace(request.folder);
  const name = chooseServer(config, words.server ?? request.name);
  const secrets = await readSecrets(folder, name);
  const user = find(apiUsersOf(secrets), name, words.name);
  const password = await passwordOf(user, request);
  return withEngine(async (engine) => {
    const context = await openDeployment(engine, { config, folder, name, secrets });
    const door = await openBackendDoor(context);
    await consentToAsk(context, user, request);
    return judge(context, user, password, door);
  });
}

async function passwordOf(user: ApiUser, { flags, interactive, signal }: VerifyRequest): Promise<string | undefined> {
  const given = await givenPassword(flags);
  if (given !== undefined || !flags.password || !interactive) return given;
  return askSecret({ question: `Password of the API user ${user.name}`, where: 'it is only compared' }, signal);
}

/** Up to 1.1 a backend writes down a login that it does not know before it refuses it (domain.md section 3). */
async function consentToAsk({ server }: DeploymentContext, { as }: ApiUser, request: VerifyRequest): Promise<void> {
  if (since(server.generation, '1.2')) return;
  const writes = `a login that the backend of ${server.generation} does not know leaves a row in core_User of the legacy database`;
  await needConsent(`Ask the backend who ${as} is? (${writes})`, request);
}

async function judge(
  context: DeploymentContext,
  user: ApiUser,
  password: string | undefined,
  door: BackendDoor,
): Promise<Verification> {
  const { server } = context;
  const identity = await door.whoIs(user.as);
  const stale = (await planGatewayChange(context, 'secrets')).state === 'changes';
  const checked = password === undefined ? undefined : await checkPassword(user, password, door);
  const problems = [
    ...(identity.kind === 'unknown'
      ? [
          `the backend does not know a user ${user.as} (it answers ${identity.status}): make this login in openIMIS, or name another one with openimis users change ${server.name} ${user.name} --as LOGIN`,
        ]
      : identity.kind === 'broken'
        ? [`the backend ${identity.why}: openimis logs ${server.name} backend`]
        : []),
    ...(isExpired(user, new Date()) ? [`its last day was ${user.expires ?? ''}`] : []),
    ...(stale
      ? [`the running gateway has other API users than secrets/${server.name}.env: openimis deploy ${server.name}`]
      : []),
    ...(checked?.problem === undefined ? [] : [checked.problem]),
  ];
  const makes = identity.kind === 'user' ? identity.user : undefined;
  const wide = makes?.mayBecomeAnybody === true;
  return {
    server: server.name,
    user: shownApiUser(user, new Date()),
    ...(makes === undefined ? {} : { makes }),
    password: checked?.state ?? 'not asked',
    problems,
    warnings: [
      ...apiUserWarnings(server, user),
      ...(wide ? [`${makes.login} may change users or roles, and so become anybody in openIMIS`] : []),
    ],
  };
}

type CheckedPassword = { readonly state: 'right' | 'wrong'; readonly problem?: string };

/** Compared here, then shown at the gateway's own door, unless the user may not come from there. */
async function checkPassword(user: ApiUser, password: string, door: BackendDoor): Promise<CheckedPassword> {
  if (!(await passwordMatches(password, user.hash)))
    return { state: 'wrong', problem: 'the password is not the one that was set' };
  if (user.from !== undefined) return { state: 'right' };
  const [path = '/api/core/users/current_user/'] = user.paths ?? [];
  const answer = await door.knock(user.name, password, path);
  if (typeof answer === 'string') return { state: 'right', problem: `the gateway does not answer: ${answer}` };
  if (answer === 401 || answer === 429 || answer === 503)
    return { state: 'right', problem: `the gateway does not let it in: it answers ${answer} to ${path}` };
  return { state: 'right' };
}
