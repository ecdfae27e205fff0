import { overlaps, subnetAround } from '../stack/addresses.ts';

/** The /24 that a network of a server (a /26) belongs to; undefined for IPv6. */
export function surroundingSubnet(cidr: string): string | undefined {
  return subnetAround(cidr.split('/')[0] ?? '');
}

/** A range that somebody uses, and who, in words. */
export type UsedSubnet = { readonly subnet: string; readonly owner: string };

/** A default route (/0) is nobody's range. */
export function realSubnets(used: readonly UsedSubnet[]): readonly UsedSubnet[] {
  return used.filter(({ subnet }) => !subnet.endsWith('/0'));
}

/** Who uses a part of `subnet`. */
export function subnetOwner(subnet: string, used: readonly UsedSubnet[]): UsedSubnet | undefined {
  return realSubnets(used).find((other) => overlaps(subnet, other.subnet));
}
