import { Failure } from '../failure.ts';
import type { GatewayCheck, GatewayFinding } from './check.ts';
import { ask, type Door } from './door.ts';
import { nameChecks } from './name-checks.ts';
import { refusalChecks } from './refusal-checks.ts';
import { signOnChecks } from './sign-on-checks.ts';
import { tlsChecks } from './tls-checks.ts';

export const gatewayChecks: readonly GatewayCheck[] = [...tlsChecks, ...nameChecks, ...refusalChecks, ...signOnChecks];

/**
 * Asks a running gateway from outside what an attacker would ask, one check after the other. Every request is harmless: nobody
 * logs in, nothing is written. A check that crashes is a finding, not the end.
 * @throws Failure GATEWAY_UNREACHABLE when nothing answers there at all
 */
export async function testGateway(
  door: Door,
  progress: (title: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<readonly GatewayFinding[]> {
  await ask(door, { path: '/openimis/health' }).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(
      'GATEWAY_UNREACHABLE',
      `nothing answers as a gateway at ${door.address}, port ${door.https}: ${code ?? message}`,
      [`openimis status ${door.server}`, '--connect ADDRESS says where it is reached from here'],
      { cause: error },
    );
  });
  const findings: GatewayFinding[] = [];
  for (const check of gatewayChecks) {
    signal?.throwIfAborted();
    progress(check.title);
    findings.push(await finding(check, door));
  }
  return findings;
}

async function finding(check: GatewayCheck, door: Door): Promise<GatewayFinding> {
  const { id, title, why } = check;
  const skipped = check.skip?.(door);
  if (skipped !== undefined) return { id, title, why, state: 'skipped', found: skipped, expected: '' };
  try {
    const { ok, found, expected } = await check.run(door);
    return { id, title, why, state: ok ? 'ok' : 'problem', found, expected };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { id, title, why, state: 'problem', found: `no answer: ${code ?? message}`, expected: 'an answer' };
  }
}
