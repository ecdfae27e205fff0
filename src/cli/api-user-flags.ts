import { Args, Flags } from '@oclif/core';

import { Failure } from '../failure.ts';
import {
  type ApiUser,
  apiUserNameProblem,
  dateProblem,
  isExpired,
  loginProblem,
  networkProblem,
  pathProblem,
} from '../workspace/api-users.ts';

/** Two words may stand behind the command: with one, it is the API user, and the server is the only one there is. */
export const apiUserArguments = {
  server: Args.string({
    description: 'name of the server (default: the only one of the workspace)',
    ignoreStdin: true,
  }),
  name: Args.string({ description: 'name of the API user', ignoreStdin: true }),
};

/** Not the argument's own variable: with one word only it would stand for the name. */
export const apiUserServerFlag = Flags.string({ description: 'the same as the argument', env: 'OPENIMIS_SERVER' });

const passwordGroup = 'PASSWORD';
export const passwordFlags = {
  'password-file': Flags.string({
    description: 'file that holds the password',
    env: 'OPENIMIS_PASSWORD_FILE',
    exclusive: ['password-stdin'],
    helpGroup: passwordGroup,
  }),
  'password-stdin': Flags.boolean({
    description: 'read the password from standard input (or set OPENIMIS_PASSWORD)',
    helpGroup: passwordGroup,
  }),
};
export const newPasswordFlags = {
  ...passwordFlags,
  'generate-to': Flags.string({
    description: 'make a password up and write it to this new file (mode 0600); it is never shown',
    exclusive: ['password-file', 'password-stdin'],
    helpGroup: passwordGroup,
  }),
};

export const restrictionFlags = {
  as: Flags.string({ description: 'login of openIMIS that the backend is told (default: NAME)' }),
  paths: Flags.string({
    description: 'only below these paths, comma between them; "all": /api but GraphQL and the administration pages',
  }),
  from: Flags.string({ description: 'only from these addresses or networks, comma between them; "any"' }),
  expires: Flags.string({ description: 'last day (UTC), as in 2027-12-31; "never"' }),
};

export type RestrictionFlags = {
  readonly as?: string | undefined;
  readonly paths?: string | undefined;
  readonly from?: string | undefined;
  readonly expires?: string | undefined;
};

/** Which word is the server's and which the API user's. Throws USAGE. */
export function apiUserWords(args: { readonly server?: string | undefined; readonly name?: string | undefined }): {
  readonly server: string | undefined;
  readonly name: string;
} {
  const [server, name] = args.name === undefined ? [undefined, args.server] : [args.server, args.name];
  if (name === undefined)
    throw new Failure('USAGE', 'the name of the API user is missing', [
      'it comes after the server: openimis users add test lab-system',
    ]);
  return { server, name };
}

/** Throws USAGE for a name that no new API user can have. */
export function requireUsableName(name: string): void {
  const problem = apiUserNameProblem(name);
  if (problem !== undefined) throw new Failure('USAGE', `the name of an API user ${problem}`);
}

/** A user with what the flags say put over what there is; a flag's own word takes a restriction away. Throws USAGE. */
export function withRestrictions(user: ApiUser, flags: RestrictionFlags, now: Date): ApiUser {
  const { as = user.as } = flags;
  complain('--as', loginProblem(as));
  const paths = listOf('--paths', flags.paths, user.paths, 'all', pathProblem);
  const from = listOf('--from', flags.from, user.from, 'any', networkProblem);
  const expires = flags.expires === 'never' ? undefined : (flags.expires ?? user.expires);
  if (flags.expires !== undefined && expires !== undefined) {
    complain('--expires', dateProblem(expires));
    if (isExpired({ expires }, now)) throw new Failure('USAGE', `--expires ${expires} is in the past`);
  }
  return {
    name: user.name,
    hash: user.hash,
    as,
    ...(paths === undefined ? {} : { paths }),
    ...(from === undefined ? {} : { from }),
    ...(expires === undefined ? {} : { expires }),
  };
}

function listOf(
  flag: string,
  given: string | undefined,
  before: readonly string[] | undefined,
  none: string,
  check: (value: string) => string | undefined,
): readonly string[] | undefined {
  if (given === undefined) return before;
  if (given.trim() === none) return undefined;
  const values = given.split(',').map((value) => value.trim());
  for (const value of values) complain(`${flag} ${value.slice(0, 80)}`, check(value));
  return [...new Set(values)];
}

function complain(flag: string, problem: string | undefined): void {
  if (problem !== undefined) throw new Failure('USAGE', `${flag}: it ${problem}`);
}
