import { Failure } from '../failure.ts';
import type { WebsiteProbe } from '../legacy/website.ts';
import { isPlainHttp } from '../stack/risks.ts';
import type { LegacyTarget } from '../stack/stack.ts';
import { fingerprint, publicKeyHash } from '../workspace/certificate.ts';
import type { Server } from '../workspace/server.ts';

/** @throws Failure LEGACY_NOT_ENCRYPTED when plain http to another box was not asked for in so many words */
export function requireEncryptionChoice(server: Server): void {
  const { name, legacy } = server;
  if (!isPlainHttp(server) || legacy?.tls === 'none') return;
  throw new Failure(
    'LEGACY_NOT_ENCRYPTED',
    `the legacy of server ${name} is on another box (${legacy?.ip ?? legacy?.dns ?? ''}) and is asked over plain http: anyone on the way can read passwords and become any user`,
    [
      `best: https in IIS, then servers.${name}.legacy: { url: "https://...", tls: pin } (openimis init --legacy-tls pin shows how)`,
      `if the way between the two boxes is yours alone: servers.${name}.legacy.tls: none in openimis.yaml, or --legacy-tls none at init`,
    ],
  );
}

/**
 * Is the certificate that the legacy shows the one that `legacy.tls` asks for?
 * @throws Failure LEGACY_CERTIFICATE_UNTRUSTED, LEGACY_CERTIFICATE_CHANGED
 */
export function requireCertificate(name: string, legacy: LegacyTarget, shown: WebsiteProbe['certificate']): void {
  if (shown === undefined) return;
  if (legacy.tls === 'verify' && !shown.trusted)
    throw new Failure(
      'LEGACY_CERTIFICATE_UNTRUSTED',
      `the certificate of the legacy at ${legacy.host} is not trusted (${shown.reason ?? 'unknown reason'}); its SHA-256 fingerprint is ${shown.fingerprint}`,
      [
        `to accept exactly this certificate: servers.${name}.legacy.tls: pin, and the certificate as PEM in legacy.certificate`,
        `openssl s_client -connect ${legacy.connect}:${legacy.port} -servername ${legacy.host} </dev/null | openssl x509`,
      ],
    );
  if (legacy.tls !== 'pin') return;
  const pinned = fingerprint(legacy.certificate ?? '');
  if (pinned === shown.fingerprint) return;
  throw new Failure(
    'LEGACY_CERTIFICATE_CHANGED',
    `the legacy at ${legacy.host} shows another certificate than the pinned one\n  pinned  ${pinned}\n  shown   ${shown.fingerprint} (valid to ${shown.validTo})`,
    [
      `was it renewed? Compare the fingerprint on the Windows server (certlm.msc), then: openimis init ${name} --legacy-tls pin`,
      'nobody renewed it: somebody on the way may pose as the legacy; do not go on',
    ],
  );
}

/** How curl checks the same thing from inside a container. */
export function certificateCheck({ tls, certificate }: LegacyTarget): readonly string[] {
  const old = ['--insecure', '--ciphers', 'DEFAULT@SECLEVEL=0'];
  if (tls === 'pin') return [...old, '--pinnedpubkey', `sha256//${publicKeyHash(certificate ?? '')}`];
  return tls === 'insecure' ? old : [];
}
