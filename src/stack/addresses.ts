import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';

import { Failure } from '../failure.ts';
import type { NetworkName } from './stack.ts';

/** How many revisions have addresses of their own at the same time: revision N uses bank N mod 8. */
export const bankCount = 8;

/** First address of each network inside a server's /24; each is a /26. */
const quarters = { web: 0, app: 64, iapp: 128, queue: 192 } as const satisfies Record<NetworkName, number>;

/** Places inside a /26. The upper half is for dynamic addresses. */
const bridgePlace = 1;
const fixedPlace = 2;
const firstBankPlace = 8;
const dynamicPlace = 32;

export type NetworkAddresses = {
  /** CIDR of the /26. */
  readonly subnet: string;
  /** CIDR of the half that dynamic addresses come from. */
  readonly range: string;
  /** The engine's box in this network. */
  readonly bridge: string;
  /** The long-lived container of this network: the gateway, on `queue` RabbitMQ. */
  readonly fixed: string;
  /** The application container of each bank. */
  readonly banks: readonly string[];
};

/** All addresses of a server. Throws WORKSPACE_INVALID unless `subnet` is an IPv4 /24 such as `10.89.7.0/24`. */
export function addressesOf(subnet: string): Readonly<Record<NetworkName, NetworkAddresses>> {
  const prefix = /^(\d+\.\d+\.\d+)\.0\/24$/.exec(subnet)?.[1];
  if (prefix === undefined || !isIPv4(`${prefix}.0`))
    throw new Failure(
      'WORKSPACE_INVALID',
      `the subnet ${JSON.stringify(subnet)} is not an IPv4 network of 256 addresses`,
      ['write it like 10.89.7.0/24'],
    );
  const network = (first: number): NetworkAddresses => ({
    subnet: `${prefix}.${first}/26`,
    range: `${prefix}.${first + dynamicPlace}/27`,
    bridge: `${prefix}.${first + bridgePlace}`,
    fixed: `${prefix}.${first + fixedPlace}`,
    banks: Array.from({ length: bankCount }, (_, bank) => `${prefix}.${first + firstBankPlace + bank}`),
  });
  return {
    web: network(quarters.web),
    app: network(quarters.app),
    iapp: network(quarters.iapp),
    queue: network(quarters.queue),
  };
}

/** The address bank of a revision. */
export function bankOf(revision: number): number {
  return revision % bankCount;
}

type Range = { readonly first: number; readonly last: number };

/** IPv4 CIDR or address to a range of numbers; undefined for anything else (IPv6, names). */
function rangeOf(cidr: string): Range | undefined {
  const [address = '', length = '32', ...more] = cidr.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32 || more.length > 0) return undefined;
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

/** Do two IPv4 networks (CIDR, or single addresses) share an address? Anything that is not IPv4 overlaps nothing. */
export function overlaps(one: string, other: string): boolean {
  const a = rangeOf(one);
  const b = rangeOf(other);
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** The /24 around an IPv4 address: where the legacy's neighbours are. undefined for names and IPv6. */
export function subnetAround(address: string): string | undefined {
  return isIPv4(address) ? address.replace(/\d+$/, '0/24') : undefined;
}

const candidateCount = 64;

/**
 * Subnets (/24) to try for a server, the best first; always the same ones for the same name. They lie in 172.16.0.0/16, which
 * Docker's default address pools (172.17-172.31, 192.168) leave alone, and in 10.16.0.0-10.239.255.255. What overlaps
 * `avoid` (CIDRs or addresses: the box's own routes, networks of the engine, the /24 of the legacy) is left out; all taken: empty.
 */
export function candidateSubnets(serverName: string, avoid: readonly string[]): readonly string[] {
  const candidates = Array.from({ length: candidateCount }, (_, index) => {
    const hash = createHash('sha256').update(`${serverName}/${index}`).digest();
    const [one, two] = [hash.readUInt8(0), hash.readUInt8(1)];
    return index % 2 === 0 ? `172.16.${one}.0/24` : `10.${16 + (one % 224)}.${two}.0/24`;
  });
  return [...new Set(candidates)].filter((candidate) => !avoid.some((taken) => overlaps(candidate, taken)));
}
