import { readFile } from 'node:fs/promises';

import { Failure } from '../failure.ts';
import { fetchCertificate } from '../legacy/certificate.ts';
import { legacyTarget } from '../stack/gateway-plan.ts';
import { isPlainHttp } from '../stack/risks.ts';
import { certificateProblem, fingerprint } from '../workspace/certificate.ts';
import { completeLegacy, type MissingValue } from '../workspace/complete.ts';
import { findServer } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';
import { askYes } from './prompts.ts';
import type { ServerFlagValues, ServerValue } from './server-flags.ts';

/** Plain http to another box must be asked for in so many words: the question, or nothing. */
export function encryptionQuestion(config: WorkspaceConfig, name: string): readonly MissingValue[] {
  const legacy = completeLegacy(findServer(config, name));
  if (legacy === undefined || legacy.tls !== undefined || !isPlainHttp({ legacy })) return [];
  return [
    {
      path: 'legacy.tls',
      flag: '--legacy-tls',
      variable: 'OPENIMIS_LEGACY_TLS',
      question: 'The way to the legacy is plain http: anyone on it can become any user. Type none to accept that',
      where: 'or stop here and give --legacy-url https://... with --legacy-tls pin or verify',
    },
  ];
}

export function encryptionProblem(typed: string): string | undefined {
  return typed === 'none' ? undefined : 'type none, or press Ctrl-C and start again with --legacy-url https://...';
}

/** Values of `legacy` that pin its certificate: from a file, or as the legacy shows it now and a person confirms it. */
export async function pinValues(
  config: WorkspaceConfig,
  name: string,
  flags: ServerFlagValues,
  asks: { readonly interactive: boolean; readonly signal: AbortSignal },
): Promise<readonly ServerValue[]> {
  const legacy = completeLegacy(findServer(config, name));
  if (legacy === undefined || !legacy.url.toLowerCase().startsWith('https:'))
    throw new Failure('USAGE', 'to pin a certificate the legacy must be asked over https', [
      '--legacy-url https://imis.example.org/ beside --legacy-tls pin',
    ]);
  const file = flags['legacy-certificate-file'];
  const pem = file === undefined ? await shown(legacyTarget(legacy), flags, asks) : await fromFile(file);
  return [
    { path: ['legacy', 'certificate'], value: pem },
    { path: ['legacy', 'tls'], value: 'pin' },
  ];
}

async function fromFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure('USAGE', `--legacy-certificate-file ${file} cannot be read`, ['give the path of a PEM file'], {
      cause: error,
    });
  });
  const problem = certificateProblem(text);
  if (problem === undefined) return `${text.trim().replaceAll('\r\n', '\n')}\n`;
  throw new Failure('USAGE', `--legacy-certificate-file ${file}: ${problem}`, [
    'export it on the Windows server as Base-64 encoded X.509 (.CER)',
  ]);
}

async function shown(
  target: ReturnType<typeof legacyTarget>,
  flags: ServerFlagValues,
  { interactive, signal }: { readonly interactive: boolean; readonly signal: AbortSignal },
): Promise<string> {
  const connect = target.connectIs === 'this-box' ? '127.0.0.1' : target.connect;
  const certificate = await fetchCertificate({ ...target, connect, timeout: 15 });
  const problem = certificateProblem(certificate.pem);
  if (problem !== undefined)
    throw new Failure('LEGACY_CERTIFICATE_UNTRUSTED', `the certificate of ${target.host} ${problem}`, [
      'make another one in IIS: Server Certificates, Create Self-Signed Certificate',
    ]);
  const given = flags['legacy-fingerprint'];
  if (given !== undefined) {
    if (plain(given) === plain(fingerprint(certificate.pem))) return certificate.pem;
    throw new Failure(
      'LEGACY_CERTIFICATE_CHANGED',
      `${target.host} shows a certificate with the SHA-256 fingerprint ${certificate.fingerprint}, not the one of --legacy-fingerprint`,
      ['compare both with the certificate on the Windows server (certlm.msc); somebody may stand in between'],
    );
  }
  const words = `${target.host} shows a certificate (valid to ${certificate.validTo}) with the SHA-256 fingerprint\n  ${certificate.fingerprint}`;
  if (!interactive)
    throw new Failure('VALUE_MISSING', `${words}\nand there is no terminal to confirm it at`, [
      `compare it on the Windows server (certlm.msc), then add --legacy-fingerprint ${certificate.fingerprint}`,
    ]);
  if (await askYes(`${words}\nIs it the one on the Windows server (certlm.msc)?`, signal)) return certificate.pem;
  throw new Failure('INTERRUPTED', 'the certificate was not confirmed; nothing was changed');
}

function plain(text: string): string {
  return text.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
}
