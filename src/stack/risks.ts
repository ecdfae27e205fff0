import type { Server } from '../workspace/server.ts';
import { legacyCallsRisks } from './legacy-calls.ts';
import { serviceRisks } from './services.ts';
import { isThisBox } from './this-box.ts';

/** Is the legacy on another box, and asked over plain http? */
export function isPlainHttp({ legacy }: Pick<Server, 'legacy'>): boolean {
  if (legacy === undefined || !legacy.url.toLowerCase().startsWith('http:')) return false;
  return !isThisBox(legacy.ip ?? legacy.dns ?? '');
}

/** What a server does that a stranger on the way could abuse, in words; each was asked for in openimis.yaml. */
export function risksOf(server: Server): readonly string[] {
  const { legacy } = server;
  const risks: string[] = [];
  const where = legacy?.ip ?? legacy?.dns ?? '';
  if (isPlainHttp(server))
    risks.push(
      `the way to the legacy (${where}) is plain http: anyone on it can read passwords and become any user` +
        (legacy?.tls === 'none' ? ' (legacy.tls: none)' : '; legacy.tls: none accepts that'),
    );
  if (legacy?.tls === 'insecure')
    risks.push(
      `the legacy's certificate is not checked (legacy.tls: insecure): anyone on the way to ${where} can pose as the legacy; legacy.tls: pin ends that`,
    );
  return [...risks, ...serviceRisks(server), ...legacyCallsRisks(server)];
}
