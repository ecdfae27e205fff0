import { createHmac } from 'node:crypto';

import { Failure } from '../failure.ts';
import { type SecretName, secretNames, type Secrets } from './server.ts';

/** One line per secret, KEY='value'. The value is everything between the first and the last quote, taken literally. */
const line = /^([A-Z][A-Z0-9_]*)='(.*)'$/s;
const heading = [
  '# Secrets of one server, written by openimis. Never put this file into git; mode 0600.',
  "# KEY='value': everything between the first and the last quote, as it is. Not for a shell.",
];
/** Bytes of a UTF-8 secrets file; beyond it something else was put there. */
export const secretsFileLimit = 256 * 1024;

/** Generated secrets end up in header names, URLs and keys: what each must look like. */
const forms: Readonly<Partial<Record<SecretName, RegExp>>> = {
  IDENTITY_HEADER: /^[0-9A-F]{32,64}$/,
  RABBITMQ_PASSWORD: /^[A-Za-z0-9_-]{32,128}$/,
  GATEWAY_SIGNING_KEY: /^[0-9a-f]{64,128}$/,
  DJANGO_SECRET_KEY: /^[\x21-\x7e]{32,256}$/,
};
export const generatedSecrets = [
  'IDENTITY_HEADER',
  'RABBITMQ_PASSWORD',
  'GATEWAY_SIGNING_KEY',
  'DJANGO_SECRET_KEY',
] as const;

const isSecretName = (name: string): name is SecretName => (secretNames as readonly string[]).includes(name);

/** Why a value cannot be that secret, or undefined. Never quotes the value. */
function secretProblem(name: SecretName, value: string): string | undefined {
  if (/[\0\r\n]/.test(value)) return 'holds a line break or a NUL';
  if (!value.isWellFormed()) return 'holds half a character (not valid Unicode)';
  if (name.startsWith('DATABASE_') && value.length > 128)
    return 'is longer than 128 characters, more than SQL Server takes';
  if (value.length > 100_000) return 'is too long';
  if (value !== '' && forms[name]?.test(value) === false)
    return 'is not in the form in which it is generated; remove its line to get a new one';
  return undefined;
}

/** Text of a secrets file -> secrets. `file` names it in errors; throws SECRET_UNUSABLE with the line, never the value. */
export function parseSecrets(text: string, file: string): Secrets {
  const found = new Map<SecretName, string>();
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const [index, raw] of lines.entries()) {
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (content.trim() === '' || content.startsWith('#')) continue;
    const [, name, value] = line.exec(content) ?? [];
    const fail = (why: string) =>
      new Failure('SECRET_UNUSABLE', `${file}:${index + 1}: ${why}`, ["a line is KEY='value'", `correct ${file}`]);
    if (name === undefined || value === undefined) throw fail("this line is not KEY='value'");
    if (!isSecretName(name)) throw fail(`unknown secret; known: ${secretNames.join(', ')}`);
    if (found.has(name)) throw fail(`${name} is there twice`);
    const problem = secretProblem(name, value);
    if (problem !== undefined) throw fail(`${name} ${problem}`);
    found.set(name, value);
  }
  return Object.fromEntries(found);
}

/** Secrets -> text of a secrets file, in a fixed order. Throws SECRET_UNUSABLE for a value that no line can hold. */
export function formatSecrets(secrets: Secrets): string {
  const lines = secretNames.flatMap((name) => {
    const value = secrets[name];
    if (value === undefined) return [];
    const problem = secretProblem(name, value);
    if (problem !== undefined) throw new Failure('SECRET_UNUSABLE', `${name} ${problem}`, ['choose another value']);
    return [`${name}='${value}'`];
  });
  return [...heading, ...lines, ''].join('\n');
}

/** Secrets that only the gateway reads: a change of one is a reload of the gateway, not a new revision. */
const gatewayOnly: readonly SecretName[] = ['API_USERS'];

/**
 * Keyed hash of the secrets that applications get, 16 hex characters: a changed one makes a new revision, and the hash,
 * which is a label for everybody to read, cannot be used to guess a password. Throws SECRET_MISSING without
 * GATEWAY_SIGNING_KEY.
 */
export function secretsHash(secrets: Secrets): string {
  return keyedHash(
    secrets,
    secretNames.filter((name) => !gatewayOnly.includes(name)),
  );
}

/** The same over what the gateway shares with the backends; a changed one comes with a revision. */
export function gatewayKeysHash(secrets: Secrets): string {
  return keyedHash(secrets, ['GATEWAY_SIGNING_KEY', 'IDENTITY_HEADER']);
}

/** The same over what only the gateway reads. */
export function gatewayOnlyHash(secrets: Secrets): string {
  return keyedHash(secrets, gatewayOnly);
}

function keyedHash(secrets: Secrets, names: readonly SecretName[]): string {
  const signing = secrets.GATEWAY_SIGNING_KEY;
  if (signing === undefined || signing === '')
    throw new Failure(
      'SECRET_MISSING',
      'GATEWAY_SIGNING_KEY is not there, and the secrets cannot be compared without it',
      ['openimis deploy generates it'],
    );
  const key = createHmac('sha256', signing).update('openimis: hash over the secrets, version 1').digest();
  const hash = createHmac('sha256', key);
  for (const name of [...names].sort()) {
    const value = secrets[name];
    // Lengths keep two values from running into each other.
    if (value !== undefined) hash.update(`${name}:${Buffer.byteLength(value)}:${value};`);
  }
  return hash.digest('hex').slice(0, 16);
}
