import { hostname } from 'node:os';

import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

/**
 * A short text for the person who owns the legacy side: what is asked for, from which address to which, and why. Undefined when
 * that side has nothing to do. Holds no secret.
 */
export function letterOf(findings: readonly Finding[], facts: Partial<Facts>): string | undefined {
  const asks = findings.filter(({ letter }) => letter !== undefined);
  if (asks.length === 0) return undefined;
  const { database, server } = facts;
  const settings = database?.settings ?? server?.database;
  const from = database?.from;
  return [
    'Subject: what the new openIMIS needs from the server of the legacy',
    '',
    'Good day,',
    '',
    'we are putting the new (modular) openIMIS beside the running one. It works on the same database.',
    'For that we need something on your side:',
    '',
    ...asks.flatMap(({ letter = '', found }, n) => [`${n + 1}. ${letter}`, `   What we see: ${found}`]),
    '',
    ...(from === undefined
      ? []
      : [`Our box:     ${hostname()}, ${from} (a router between us may show another address)`]),
    ...(settings === undefined
      ? []
      : [`SQL Server:  ${settings.host}, port ${settings.port}, database ${settings.name}, login ${settings.user}`]),
    ...(server?.legacy === undefined ? [] : [`Website:     ${server.legacy.url}`]),
    '',
    'Thank you. When it is done we look again with one command, which only reads.',
  ].join('\n');
}
