import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** What a TLS connection shows. Text comes from the other side: it is cut, never trusted. */
export type ShownTls = {
  /** `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate?: {
    readonly subject: string;
    readonly names: readonly string[];
    readonly selfSigned: boolean;
    /** ISO. */
    readonly validFrom: string;
    readonly validTo: string;
    /** `RSA 2048`, `EC prime256v1`. */
    readonly key: string;
    readonly keyBits?: number;
    /** Absent where this Node cannot tell (before 24.9). */
    readonly signature?: string;
    readonly fingerprint: string;
  };
  /** Why a certificate authority of this machine does not vouch for it. */
  readonly distrust?: string;
};

export function shownTls(socket: TLSSocket): ShownTls {
  const certificate = socket.getPeerX509Certificate();
  const reason: unknown = socket.authorizationError;
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    ...(certificate === undefined ? {} : { certificate: described(certificate) }),
    ...(socket.authorized ? {} : { distrust: reason instanceof Error ? reason.message : String(reason) }),
  };
}

function described(certificate: X509Certificate): NonNullable<ShownTls['certificate']> {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = certificate.publicKey;
  const bits = details?.modulusLength;
  const size = bits ?? details?.namedCurve ?? '';
  const signature = (certificate as { readonly signatureAlgorithm?: unknown }).signatureAlgorithm;
  return {
    subject: certificate.subject.replaceAll('\n', ', ').slice(0, 200),
    names: [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)]
      .map(([, name]) => name ?? '')
      .slice(0, 20),
    selfSigned: certificate.subject === certificate.issuer,
    validFrom: isoOf(certificate.validFrom),
    validTo: isoOf(certificate.validTo),
    key: `${type.toUpperCase()} ${size}`.trim(),
    ...(bits === undefined ? {} : { keyBits: bits }),
    ...(typeof signature === 'string' ? { signature } : {}),
    fingerprint: certificate.fingerprint256,
  };
}

function isoOf(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text.slice(0, 40) : new Date(time).toISOString();
}
