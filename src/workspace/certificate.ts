import { createHash, X509Certificate } from 'node:crypto';

/** The names in a certificate, best first: DNS names, then the common name. */
function namesOf(certificate: X509Certificate): readonly string[] {
  const alternatives = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,"]+)/g)].map(
    ([, name]) => name!,
  );
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  return [...alternatives, ...(common === undefined ? [] : [common])];
}

/** Why a text cannot be a pinned certificate, or undefined. */
export function certificateProblem(pem: string): string | undefined {
  if (pem.length > 20_000) return 'is too long for one certificate';
  if (pem.match(/-----BEGIN /g)?.length !== 1 || !/-----BEGIN CERTIFICATE-----/.test(pem))
    return 'is one certificate as PEM text (-----BEGIN CERTIFICATE-----), without a key and without a chain';
  try {
    const certificate = new X509Certificate(pem);
    return namesOf(certificate).length === 0 ? 'names no host, so it cannot be pinned' : undefined;
  } catch {
    return 'cannot be read as a certificate (PEM)';
  }
}

/** SHA-256 of the certificate as Windows and browsers show it: `AB:CD:...`. */
export function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

/** SHA-256 of the public key, base64: what curl's --pinnedpubkey compares. */
export function publicKeyHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** The name to ask for so that this certificate matches: the host's when it covers it, else one of its own. */
export function certificateName(pem: string, host: string): string {
  const certificate = new X509Certificate(pem);
  if (certificate.checkHost(host) !== undefined) return host;
  return (namesOf(certificate)[0] ?? host).replace(/^\*\./, 'www.');
}
