/**
 * Subnets of a routing table in the form of /proc/net/route (IPv4; numbers are little-endian hexadecimal), without the
 * default route.
 */
export function parseRoutes(table: string): readonly string[] {
  const subnets = new Set<string>();
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [destination, flags, mask] = [fields[1], fields[3], fields[7]];
    if (destination === undefined || flags === undefined || mask === undefined) continue;
    const up = (Number.parseInt(flags, 16) & 1) === 1;
    const length = prefixLength(mask);
    if (up && length > 0) subnets.add(`${dotted(destination)}/${length}`);
  }
  return [...subnets];
}

function dotted(hex: string): string {
  return (hex.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

function prefixLength(hex: string): number {
  const bits = [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  return [...bits].filter((bit) => bit === '1').length;
}

/** `10.1.2.3/24` as `10.1.2.0/24`. */
export function networkOf(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/');
  const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(length));
  const base = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${length}`;
}
