import type { ShownApiUser } from '../api-user-warnings.ts';
import type { ApiUserChange, ListedApiUsers } from '../api-users.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import type { Verification } from '../verify-api-user.ts';

const everywhere = '/api, without GraphQL';

function cells({ name, as, paths, from, expires, state }: ShownApiUser): readonly string[] {
  const last = expires === undefined ? '-' : state === 'expired' ? `${expires} (over)` : expires;
  return [name, as, paths?.join(' ') ?? everywhere, from?.join(' ') ?? 'anywhere', last];
}

export function apiUsersView({ server, users, broken }: ListedApiUsers): string {
  const lines =
    users.length === 0
      ? [`${server} has no API users`]
      : [harmless(table(users.map(cells), ['NAME', 'OPENIMIS USER', 'PATHS', 'FROM', 'LAST DAY']))];
  if (broken > 0)
    lines.push(
      `${paint('yellow', 'problem')} ${broken} line${broken === 1 ? '' : 's'} of API_USERS in secrets/${server}.env ${broken === 1 ? 'is' : 'are'} not understood and ${broken === 1 ? 'lets' : 'let'} nobody in`,
    );
  lines.push(`Next: openimis users ${users.length === 0 ? 'add' : 'verify'} ${server} NAME`);
  return lines.join('\n');
}

const doing = { add: ['adds', 'added'], change: ['changes', 'changed'], remove: ['removes', 'removed'] } as const;

export function apiUserChangeView(change: ApiUserChange): string {
  const { server, action, user, done, effective, warnings, passwordFile } = change;
  const [, as, paths, from, last] = cells(user);
  const facts = [
    ['  is told to the backend as', as ?? ''],
    ['  may ask', paths ?? ''],
    ['  may come from', from ?? ''],
    ['  last day', last ?? ''],
  ];
  const when =
    effective === 'next-deploy'
      ? `${server} does not run here yet: it counts from the next deploy on`
      : done
        ? 'the running gateway works like that now'
        : 'the running gateway would take it by a reload';
  return [
    `${server}: ${doing[action][done ? 1 : 0]} the API user ${paint('bold', user.name)}`,
    ...(action === 'remove' ? [] : [harmless(table(facts))]),
    `  ${when}`,
    ...(passwordFile === undefined || !done ? [] : [`  its password is in ${harmless(passwordFile)}`]),
    ...warnings.map((warning) => `${paint('yellow', 'warning')} ${harmless(warning)}`),
    `Next: ${next(change)}`,
  ].join('\n');
}

function next({ server, action, user, effective, done }: ApiUserChange): string {
  if (!done) return 'the same without --dry-run';
  if (effective === 'next-deploy') return `openimis deploy ${server}`;
  return action === 'remove' ? `openimis users list ${server}` : `openimis users verify ${server} ${user.name}`;
}

export function verificationView({ server, user, makes, password, problems, warnings }: Verification): string {
  const who =
    makes === undefined
      ? `${user.as}: not confirmed`
      : `${makes.login}${makes.name === '' ? '' : ` (${makes.name})`}, says the backend`;
  const facts = [
    ['  is', who],
    ['  may ask', cells(user)[2] ?? ''],
    ['  password', password],
  ];
  return [
    `${server}: API user ${paint('bold', user.name)} ${problems.length === 0 ? paint('green', 'works') : paint('red', 'does not work')}`,
    harmless(table(facts)),
    ...problems.map((problem) => `${paint('red', 'problem')} ${harmless(problem)}`),
    ...warnings.map((warning) => `${paint('yellow', 'warning')} ${harmless(warning)}`),
    `Next: openimis users list ${server}`,
  ].join('\n');
}
