import { randomBytes } from 'node:crypto';

import { Failure } from '../failure.ts';
import { certificateCommand, lastLine, readCertificate, runningGateway } from './certificate.ts';
import type { Chosen } from './certificate-files.ts';
import { gatewayUser } from './compose-secrets.ts';
import type { DeploymentContext } from './context.ts';
import { takeLock } from './run-lock.ts';

const folder = '/etc/openimis/secrets/certificates';

/** PEM text of a PKCS#12 file, opened by the gateway's own OpenSSL (Node cannot). @throws Failure SECRET_UNUSABLE, CERTIFICATE_UNUSABLE */
export async function openPkcs12(context: DeploymentContext, file: Buffer, password: string): Promise<string> {
  const stdin = `${Buffer.from(password).toString('base64')}\n${file.toString('base64')}\n`;
  const { code, stdout, stderr } = await certificateCommand(context, ['unpack'], { stdin });
  if (code === 0) return stdout;
  const why = lastLine(stderr);
  throw new Failure(why.includes('password') ? 'SECRET_UNUSABLE' : 'CERTIFICATE_UNUSABLE', why, [
    'nothing was changed',
  ]);
}

/** Public key (PEM) of the signing request that waits in the gateway. */
export async function pendingKey(context: DeploymentContext): Promise<string | undefined> {
  const { code, stdout } = await certificateCommand(context, ['pending']);
  return code === 0 && stdout.includes('BEGIN PUBLIC KEY') ? stdout : undefined;
}

/**
 * Brings a certificate into the gateway's secrets volume, where it is tested and, when the gateway's configuration wants files,
 * presented by a reload. One that is not taken leaves everything as it was.
 * @throws Failure CERTIFICATE_REJECTED, RUN_LOCKED
 */
export async function bringCertificate(context: DeploymentContext, chosen: Chosen): Promise<void> {
  const gateway = await runningGateway(context);
  const lost = new AbortController();
  const lock = await takeLock(context, gateway.image, lost);
  try {
    const id = `files-${Math.floor(context.clock.now().getTime() / 1000)}-${randomBytes(4).toString('hex')}`;
    const files = [
      { path: `${id}/chain.pem`, content: chosen.chain },
      ...(chosen.key === undefined ? [] : [{ path: `${id}/key.pem`, content: chosen.key }]),
    ];
    await context.engine.upload(
      gateway.id,
      folder,
      files.map((file) => ({ ...file, mode: 0o600, uid: gatewayUser })),
    );
    const { code, stderr } = await certificateCommand(context, ['import', id], { timeout: 120 });
    if (code !== 0)
      throw rejected(context, `the gateway did not take the certificate: ${stderr.trim().slice(0, 1000)}`);
  } finally {
    await lock.release();
  }
}

/** A client of the running gateway must get exactly this certificate. @throws Failure CERTIFICATE_REJECTED */
export async function provePresented(context: DeploymentContext, fingerprint: string): Promise<void> {
  const state = await readCertificate(context);
  if (state.fingerprint === fingerprint && state.presented) return;
  throw rejected(
    context,
    `the gateway presents another certificate than the imported one: ${state.subject} of ${state.issuer}`,
  );
}

function rejected(context: DeploymentContext, message: string): Failure {
  const { name } = context.server;
  return new Failure('CERTIFICATE_REJECTED', message, [`openimis certs show ${name}`, `openimis logs ${name} gateway`]);
}
