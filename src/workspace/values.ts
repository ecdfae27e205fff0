import { isIP } from 'node:net';

/**
 * One function per kind of value in openimis.yaml: what is wrong with it, or undefined when it can be used byte for
 * byte. They never quote the value: it may hold a password that was pasted into the wrong place.
 */
export type Check = (value: string) => string | undefined;

/** RFC 1123 labels; the last one is not all digits, so that a name never looks like an address. */
export const hostNamePattern =
  '^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*(?![0-9]+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$';
const hostName = new RegExp(hostNamePattern);

export const hostNameProblem: Check = (value) => {
  if (value === '') return 'is empty';
  if (hostName.test(value)) return undefined;
  if (value.includes('/')) return 'is a host name only: without http:// and without a path';
  if (isIP(value) !== 0) return 'is a host name, and this is an address';
  if (/^[^:]*:\d+$/.test(value)) return 'is a host name only: without a port';
  if (/^[\p{L}\p{M}\p{N}.-]+$/u.test(value) && /[^\0-\x7f]/.test(value))
    return 'needs the ASCII form of the name (xn--...)';
  return 'is not a host name: letters, digits, hyphens and dots, at most 253 characters (RFC 1123)';
};

const unusable = /^(0\.0\.0\.0|255\.255\.255\.255|2(2[4-9]|3\d)\.[\d.]+|[:0]+|ff[\da-f]{2}:[\da-f:.]*)$/i;

/** An IPv4 or IPv6 address that something can be reached at. */
export const addressProblem: Check = (value) => {
  if (isIP(value) === 0 || value.includes('%')) {
    if (hostName.test(value)) return 'is an IP address, and this is a name';
    return 'is not an IPv4 or IPv6 address';
  }
  if (unusable.test(value)) return 'is not the address of one machine';
  if ((value.startsWith('127.') && value !== '127.0.0.1') || value === '::1')
    return 'write 127.0.0.1 for this very box';
  return undefined;
};

/** An address to listen on; 0.0.0.0 and :: mean all of them. */
export const listenProblem: Check = (value) =>
  isIP(value) === 0 || value.includes('%') ? 'is not an IPv4 or IPv6 address' : undefined;

/** An address, or a network as address/bits. */
export const networkProblem: Check = (value) => {
  const [address = '', bits, ...rest] = value.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0)
    return 'is an address or a network: 203.0.113.7 or 203.0.113.0/24';
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most))
    return `has 1 to ${most} bits after the slash`;
  return undefined;
};

/** A folder below the legacy's site, with slashes: Images/Updated. */
export const folderPattern = '^[A-Za-z0-9_][A-Za-z0-9 ._-]*(/[A-Za-z0-9_][A-Za-z0-9 ._-]*)*/?$';
const folder = new RegExp(folderPattern);

export const folderProblem: Check = (value) =>
  value.length <= 200 && folder.test(value) ? undefined : 'is a folder below the site, with slashes: Images/Updated';

export const hostProblem: Check = (value) => {
  if (value.includes('\\'))
    return 'is a host only; for a named instance (HOST\\INSTANCE) give its port as database.port';
  if (/^localhost$/i.test(value)) return 'write 127.0.0.1 for this very box';
  return isIP(value) === 0 ? hostNameProblem(value) : addressProblem(value);
};

/** scheme://host[:port]/path; the path is a virtual directory of IIS, so that it is safe wherever it is used. */
export const urlPattern = '^https?://[A-Za-z0-9.\\[\\]:-]+(/([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)*/?$';
const plainUrl = new RegExp(urlPattern, 'i');

export const urlProblem: Check = (value) => {
  if (value.length > 1000) return 'is longer than 1000 characters';
  if (!/^https?:\/\//i.test(value)) return 'starts with http:// or https://';
  const authority = /^https?:\/\/([^/?#]*)/i.exec(value)?.[1] ?? '';
  if (authority.includes('@')) return 'has no user and no password in it';
  if (/[?#]/.test(value)) return 'has no ? and no # in it';
  if (!plainUrl.test(value))
    return 'is scheme, host, port and virtual directory: http://host:8080/imis/ (other characters percent-encoded)';
  if (value.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))) return 'has no . and .. in its path';
  if (/%(0[\da-f]|1[\da-f]|2f|5c|7f)/i.test(value)) return 'has no encoded control character or slash in its path';
  const url = URL.parse(value);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url === null || (isIP(host) === 0 && hostNameProblem(host) !== undefined)) return 'has a host that is none';
  // 0177.1 and 0x7f000001 are addresses for a browser and nothing for anybody else.
  if (isIP(host) === 4 && !authority.startsWith(host)) return 'writes its address in an unusual form';
  if (/:0*$/.test(authority.replace(/\[.*\]/, ''))) return 'has a port that is none';
  return undefined;
};

/** Control characters, line and paragraph separators, half surrogates, and what turns the direction of a line. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A name inside SQL Server (sysname: 128 UTF-16 units); anything printable is allowed and kept byte for byte. */
export const databaseTextProblem: Check = (value) => {
  if (value.trim() === '') return 'is empty';
  if (value.length > 128) return `has ${value.length} characters; SQL Server's names have at most 128`;
  return unprintable.test(value) ? 'holds a control character' : undefined;
};

export const lineProblem: Check = (value) => {
  if (value.trim() === '') return 'is empty';
  if (value.length > 500) return `has ${value.length} characters, at most 500 are allowed`;
  return unprintable.test(value) ? 'holds a control character' : undefined;
};

const path = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domain =
  '(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
/** Grammar of github.com/distribution/reference: [domain/]path[:tag][@digest]. */
export const imagePattern = `^(?:${domain}/)?${path}(?:/${path})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128})?$`;
const image = new RegExp(imagePattern);

export const imageProblem: Check = (value) => {
  if (value.length > 400) return 'is longer than 400 characters';
  if (image.test(value)) return undefined;
  if (/^[a-z]+:\/\//.test(value)) return 'is an image reference, without https://';
  return 'is not an image reference: [registry/]name[:tag][@sha256:digest], the name in lower case';
};

/** PEP 508 name of a distribution. */
export const pythonNamePattern = '^([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]{0,212}[A-Za-z0-9])$';
const pythonName = new RegExp(pythonNamePattern);
export const npmNamePattern = '^(@[a-z0-9~-][a-z0-9._~-]{0,99}/)?[A-Za-z0-9~-][A-Za-z0-9._~-]{0,112}$';
const npmName = new RegExp(npmNamePattern);

export const pythonNameProblem: Check = (value) => {
  if (pythonName.test(value)) return undefined;
  if (value.startsWith('@')) return 'is a PyPI package (openimis-be-core); npm packages belong to the frontend';
  return 'is not the name of a PyPI package (openimis-be-core)';
};

export const npmNameProblem: Check = (value) => {
  if (/^openimis-be-/i.test(value)) return 'is a PyPI package: it belongs to backend or ibackend';
  return npmName.test(value) ? undefined : 'is not the name of an npm package (@openimis/fe-core)';
};

export const subnetPattern = '^(\\d{1,3}\\.){3}0/24$';

/** An IPv4 /24, its host part zero, of addresses that may be used on a network of one's own. */
export const subnetProblem: Check = (value) => {
  const address = value.replace(/\/24$/, '');
  if (address === value || isIP(address) !== 4) return 'is an IPv4 network of 256 addresses: 10.89.7.0/24';
  if (!address.endsWith('.0')) return `has its last number 0: ${address.replace(/\.\d+$/, '.0')}/24`;
  const first = Number(address.split('.')[0]);
  if (first === 0 || first === 127 || first >= 224) return 'is not a network that containers can have';
  return undefined;
};

/** Is an IPv4 address inside a /24? Anything else: no. */
export function insideSubnet(address: string, subnet: string): boolean {
  return isIP(address) === 4 && address.slice(0, address.lastIndexOf('.')) === subnet.slice(0, subnet.lastIndexOf('.'));
}
