import { isIP } from 'node:net';
import { connect } from 'node:tls';

import type { WebsiteProbeOptions } from './website.ts';
import { hostName, websiteFailure } from './website.ts';

/** What the legacy shows when it is asked for its certificate. */
export type ShownCertificate = {
  readonly pem: string;
  /** `AB:CD:...`, as Windows shows it. */
  readonly fingerprint: string;
  readonly validTo: string;
};

/**
 * The certificate that the legacy shows now, whatever it is worth. Sends nothing but the TLS handshake.
 * @throws Failure LEGACY_NAME_UNRESOLVED, LEGACY_WEBSITE_UNREACHABLE
 */
export async function fetchCertificate(options: WebsiteProbeOptions): Promise<ShownCertificate> {
  const name = hostName(options.host);
  const { promise, resolve, reject } = Promise.withResolvers<ShownCertificate>();
  const socket = connect({
    host: options.connect,
    port: options.port,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    timeout: options.timeout * 1000,
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });
  socket.on('timeout', () => socket.destroy(Object.assign(new Error('no answer in time'), { name: 'TimeoutError' })));
  socket.on('error', reject);
  socket.on('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    if (certificate === undefined) reject(new Error('no certificate'));
    else
      resolve({
        pem: certificate.toString().trimEnd() + '\n',
        fingerprint: certificate.fingerprint256,
        validTo: certificate.validTo,
      });
  });
  try {
    return await promise;
  } catch (error) {
    throw websiteFailure(error, options);
  }
}
