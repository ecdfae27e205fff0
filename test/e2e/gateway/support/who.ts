import { type Answer, headerValues } from './client.ts';

/** Whom the application was told it serves: the values of the secret header it received. */
export function toldIdentity(answer: Answer, identityHeader: string): readonly string[] {
  const { headers } = JSON.parse(answer.body) as { headers: string[] };
  return headerValues(headers, identityHeader);
}

/** Lines of the error log that are not the announced warnings of the sign-on: a Lua error, a crash, a failed configuration. */
export function unexpected(lines: readonly string[]): readonly string[] {
  return lines.filter(
    (line) => /\[(error|crit|alert|emerg)\]/.test(line) && !/upstream|could not be resolved|leads to itself/.test(line),
  );
}
