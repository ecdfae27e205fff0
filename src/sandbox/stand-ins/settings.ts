import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that a stand-in cannot work with; the process prints it and ends with 2. */
export class SettingError extends Error {}

/** The variable's text; empty counts as absent. */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}

export function choice<T extends string>(env: Environment, name: string, choices: readonly T[], fallback: T): T {
  const value = text(env, name) ?? fallback;
  const found = choices.find((one) => one === value);
  if (found === undefined) throw new SettingError(`${name} is "${value}"; it may be ${choices.join(', ')}`);
  return found;
}

/** A whole number from 0 on. */
export function wholeNumber(env: Environment, name: string, fallback: number, highest = 65_535): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  if (!/^\d{1,9}$/.test(value) || Number(value) > highest)
    throw new SettingError(`${name} is "${value}"; it must be a whole number from 0 to ${highest}`);
  return Number(value);
}

export function yes(env: Environment, name: string): boolean {
  return choice(env, name, ['true', 'false'], 'false') === 'true';
}

/** A secret: the content of the file that `<name>_FILE` names (one line), else the variable itself. */
export function secret(env: Environment, name: string): string | undefined {
  const file = text(env, `${name}_FILE`);
  if (file === undefined) return text(env, name);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw new SettingError(`${name}_FILE names ${file}, which cannot be read`);
  }
}

/** PEM key and certificate from the two files, or neither. */
export function keyPair(env: Environment, prefix: string): { readonly key: string; readonly cert: string } | undefined {
  const key = secret(env, `${prefix}_TLS_KEY`);
  const cert = secret(env, `${prefix}_TLS_CERTIFICATE`);
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined || cert === undefined)
    throw new SettingError(`${prefix}_TLS_KEY_FILE and ${prefix}_TLS_CERTIFICATE_FILE go together`);
  return { key, cert };
}
