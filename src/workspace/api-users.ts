import { isIP } from 'node:net';

/**
 * API users: who may use /api of a server with Basic Auth, as whom, where and how long. All of it is one text, the secret
 * API_USERS: a password never stands without the restrictions that belong to it. The gateway reads the same lines
 * (templates/gateway/lua/api_users.lua):
 *   name:bcrypt hash   or   name:bcrypt hash:as=LOGIN paths=/api/x/,/api/y/ from=10.0.0.0/8 expires=2027-12-31
 */
export type ApiUser = {
  readonly name: string;
  /** bcrypt. */
  readonly hash: string;
  /** Login of openIMIS that the backend is told. */
  readonly as: string;
  /** Below which paths; without: all of /api but what is opened by name only. */
  readonly paths?: readonly string[];
  /** Addresses or networks (CIDR) that he may come from. */
  readonly from?: readonly string[];
  /** Last day (UTC), YYYY-MM-DD. */
  readonly expires?: string;
};

export type ApiUsers = {
  readonly users: readonly ApiUser[];
  /** Lines that are not understood, as they are: for the gateway they are nobody. */
  readonly broken: readonly string[];
};

const separator = '|';
const name = /^[\w.@+-][\w.@+ -]{0,49}$/;
const bcrypt = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;
type Problem = string | undefined;

export function apiUserNameProblem(value: string): Problem {
  if (/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,49}$/.test(value)) return undefined;
  return 'is a letter or digit, then letters, digits and . _ @ + - (at most 50 characters)';
}

/** The login that the backend is told; the gateway hands on printable ASCII of at most 50 characters. */
export function loginProblem(value: string): Problem {
  if (value === '' || value.trim() !== value) return 'is a login of openIMIS, without blanks around it';
  if (value.length > 50) return 'has at most 50 characters';
  return /^[\x20-\x7e]+$/.test(value) ? undefined : 'has printable ASCII characters only';
}

export function pathProblem(value: string): Problem {
  if (!/^\/api(\/[A-Za-z0-9._~-]+)*\/?$/.test(value)) return 'is /api or a path below it: /api/api_fhir/';
  return value.split('/').some((part) => part === '.' || part === '..') ? 'has no . and .. in it' : undefined;
}

export function networkProblem(value: string): Problem {
  const [address = '', length, ...rest] = value.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const fits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  if (bits !== -1 && !address.includes('%') && fits && rest.length === 0) return undefined;
  return 'is an address or a network: 203.0.113.7, 10.0.0.0/8, 2001:db8::/32';
}

export function dateProblem(value: string): Problem {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
  if (day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)) return undefined;
  return 'is a day: 2027-12-31';
}

/** Which secret lines there are; never throws. Of two lines with one name the gateway takes the last. */
export function parseApiUsers(text: string): ApiUsers {
  const users = new Map<string, ApiUser>();
  const broken: string[] = [];
  for (const line of text.split(separator)) {
    if (line.trim() === '') continue;
    const user = parseLine(line);
    if (user === undefined) broken.push(line);
    else users.set(user.name, user);
  }
  return { users: [...users.values()], broken };
}

function parseLine(line: string): ApiUser | undefined {
  const [, user = '', hash = '', rest = ''] = /^([^:]*):([^:]*)(?::(.*))?$/.exec(line) ?? [];
  if (!name.test(user) || !bcrypt.test(hash)) return undefined;
  const words = rest.split(' ').filter((word) => word !== '');
  const given = new Map<string, string>();
  for (const word of words) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (key === '' || given.has(key)) return undefined;
    given.set(key, value);
  }
  const login = decoded(given.get('as') ?? encodeURIComponent(user));
  const lists = { paths: given.get('paths')?.split(','), from: given.get('from')?.split(',') };
  const expires = given.get('expires');
  const known = [...given.keys()].every((key) => ['as', 'paths', 'from', 'expires'].includes(key));
  const sound =
    known &&
    (given.has('as') ? loginProblem(login) === undefined : true) &&
    (lists.paths ?? []).every((path) => pathProblem(path) === undefined) &&
    (lists.from ?? []).every((network) => networkProblem(network) === undefined) &&
    (expires === undefined || dateProblem(expires) === undefined);
  if (!sound) return undefined;
  return {
    name: user,
    hash,
    as: login,
    ...(lists.paths === undefined ? {} : { paths: lists.paths }),
    ...(lists.from === undefined ? {} : { from: lists.from }),
    ...(expires === undefined ? {} : { expires }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The text of the secret. Lines that were not understood stay as they are. */
export function formatApiUsers({ users, broken }: ApiUsers): string {
  return [...users.map(formatLine), ...broken].join(separator);
}

function formatLine({ name: user, hash, as, paths, from, expires }: ApiUser): string {
  const words = [
    ...(as === user ? [] : [`as=${encodeURIComponent(as)}`]),
    ...(paths === undefined ? [] : [`paths=${paths.join(',')}`]),
    ...(from === undefined ? [] : [`from=${from.join(',')}`]),
    ...(expires === undefined ? [] : [`expires=${expires}`]),
  ];
  return [user, hash, ...(words.length === 0 ? [] : [words.join(' ')])].join(':');
}

/** Does the day of `now` (UTC) lie behind the last one? */
export function isExpired({ expires }: Pick<ApiUser, 'expires'>, now: Date): boolean {
  return expires !== undefined && now.toISOString().slice(0, 10) > expires;
}

/** `Admin` of every openIMIS may do everything; its database compares without case and trailing blanks. */
export function isAdministrator(login: string): boolean {
  return login.trimEnd().toLowerCase() === 'admin';
}
