import { Failure } from '../failure.ts';
import { type ApiUsers, formatApiUsers, parseApiUsers } from '../workspace/api-users.ts';
import type { Secrets } from '../workspace/server.ts';
import { editSecrets, requireSecrets } from '../workspace/store/secrets-store.ts';
import { changeGateway, type GatewayChange, planGatewayChange } from './change-gateway.ts';
import type { DeploymentContext } from './context.ts';
import type { DeploymentEvents } from './events.ts';
import type { PlanStep } from './plan.ts';

export type Reporter = <T>(steps: readonly PlanStep[], work: (events: DeploymentEvents) => Promise<T>) => Promise<T>;

/** API users of a server as its secrets say. */
export function apiUsersOf(secrets: Secrets): ApiUsers {
  return parseApiUsers(secrets.API_USERS ?? '');
}

/**
 * What a change of the API users would mean for the running gateway; changes nothing.
 * @throws Failure SECRET_MISSING when the server runs and its secrets are with somebody else; what `edit` throws
 */
export async function planApiUsers(
  context: DeploymentContext,
  edit: (users: ApiUsers) => ApiUsers,
): Promise<GatewayChange> {
  return plan({ ...context, secrets: edited(edit)(context.secrets) });
}

/**
 * Changes the API users: secrets/<server>.env first, from what it says at this moment, then the running gateway by a reload.
 * When the gateway does not take them, the file is put back: both or neither.
 */
export async function changeApiUsers(
  context: DeploymentContext,
  edit: (users: ApiUsers) => ApiUsers,
  report: Reporter,
  signal?: AbortSignal,
): Promise<GatewayChange> {
  const { name } = context.server;
  const { folder } = context.workspace;
  // Everything that can be known is found before anything is written.
  await planApiUsers(context, edit);
  const written = await editSecrets(folder, name, edited(edit));
  try {
    const after = { ...context, secrets: written.after };
    const change = await plan(after);
    return await report(change.steps, (events) => changeGateway(after, change, events, signal));
  } catch (error) {
    await editSecrets(folder, name, (now) =>
      // Unless somebody has changed them again.
      now.API_USERS === written.after.API_USERS ? { ...now, API_USERS: written.before.API_USERS ?? '' } : now,
    );
    throw error;
  }
}

function edited(edit: (users: ApiUsers) => ApiUsers): (secrets: Secrets) => Secrets {
  return (secrets) => ({ ...secrets, API_USERS: formatApiUsers(edit(apiUsersOf(secrets))) });
}

async function plan(context: DeploymentContext): Promise<GatewayChange> {
  try {
    return await planGatewayChange(context, 'secrets');
  } catch (error) {
    // Secrets made up now would lock everybody out: they are with whoever deployed the server.
    if (error instanceof Failure && error.code === 'SECRET_MISSING')
      requireSecrets(context.secrets, context.server.name, ['IDENTITY_HEADER', 'GATEWAY_SIGNING_KEY']);
    throw error;
  }
}
