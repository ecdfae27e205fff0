import { isIP } from 'node:net';

import type { Server } from '../workspace/server.ts';

/** The sandbox is opened on its own box, by people and by programs. */
const ofThisBox = ['localhost', '127.0.0.1'];

/**
 * Names and addresses that the gateway answers to, its own first, as nginx compares them: lower case, no dot at the end,
 * IPv6 in its short form and without brackets.
 */
export function gatewayNames({ gateway }: Pick<Server, 'gateway'>, sandbox: boolean): readonly string[] {
  const all = [gateway.dns, ...(gateway.otherNames ?? []), ...(sandbox ? ofThisBox : [])];
  return [...new Set(all.map(canonicalName))];
}

/** One spelling per name, as browsers send it. */
export function canonicalName(name: string): string {
  if (isIP(name) !== 6) return name.toLowerCase().replace(/\.$/, '');
  return URL.parse(`http://[${name}]/`)?.hostname.replace(/^\[|\]$/g, '') ?? name.toLowerCase();
}
