import type { GatewayPlan } from '../stack/stack.ts';

/** The names of a plan as `server_name` takes them: IPv6 in brackets. */
export function serverNames({ names }: Pick<GatewayPlan, 'names'>): string {
  return names.map(inAddress).join(' ');
}

/** The same as alternatives of a regular expression. */
export function namesPattern({ names }: Pick<GatewayPlan, 'names'>): string {
  return names.map((name) => inAddress(name).replace(/[.[\]]/g, '\\$&')).join('|');
}

/** `https://name[:port]/`: what people are told to open instead. */
export function ownAddress({ dns, httpsPort }: Pick<GatewayPlan, 'dns' | 'httpsPort'>): string {
  return `https://${inAddress(dns)}${httpsPort === 443 ? '' : `:${httpsPort}`}/`;
}

/** Names of a printed certificate, for openssl. */
export function certificateNames({ names }: Pick<GatewayPlan, 'names'>): readonly string[] {
  return names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`));
}

export function inAddress(name: string): string {
  return name.includes(':') ? `[${name}]` : name;
}
