import { createHmac, randomBytes } from 'node:crypto';

/** Seconds since 1970. */
export const now = (): number => Math.floor(Date.now() / 1000);

export function newSessionId(): string {
  return randomBytes(12).toString('hex');
}

function hash(key: string, server: string, purpose: string, text: string): string {
  return createHmac('sha256', key).update(`${purpose}\0${server}\0${text}`).digest('base64url');
}

export type Sealed = {
  readonly user: string;
  readonly session: string;
  readonly issued?: number;
  readonly confirmed?: number;
  readonly server?: string;
};

/** Makes the gateway's cookie as the gateway does (docs/gateway.md): only who has the signing key can. */
export function seal(key: string, content: Sealed): string {
  const server = content.server ?? 'test';
  const payload = [
    '1',
    Buffer.from(content.user).toString('base64url'),
    hash(key, server, 'session', content.session),
    content.issued ?? now(),
    content.confirmed ?? now(),
  ].join('.');
  return `${payload}.${hash(key, server, 'sign-on', payload)}`;
}

export function cookieHeader(sealed: string, session: string): string {
  return `ASP.NET_SessionId=${session}; __Host-openimis-test=${sealed}`;
}
