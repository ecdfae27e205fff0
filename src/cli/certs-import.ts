import { readFile, stat } from 'node:fs/promises';

import { recordAudit } from '../deployment/audit.ts';
import { type CertificateState, oneLine } from '../deployment/certificate.ts';
import {
  type Bundle,
  type Chosen,
  chooseCertificate,
  isEncrypted,
  readPem,
  unusable,
} from '../deployment/certificate-files.ts';
import type { DeploymentContext } from '../deployment/context.ts';
import { bringCertificate, openPkcs12, pendingKey, provePresented } from '../deployment/import-certificate.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { Failure } from '../failure.ts';
import { setValue } from '../workspace/edit.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { changeServer } from './change-server.ts';
import { askSecret, needConsent } from './prompts.ts';
import { readSecretInput } from './secret-input.ts';
import { chooseServer } from './session.ts';
import { withEngine } from './with-engine.ts';

export type ImportFlags = {
  readonly 'dry-run': boolean;
  readonly file: readonly string[];
  readonly 'password-file'?: string | undefined;
  readonly 'password-stdin': boolean;
};

export type Import = Pick<CertificateState, 'subject' | 'names' | 'issuer' | 'fingerprint' | 'validTo'> & {
  readonly server: string;
  readonly done: boolean;
  /** The certificates that are sent, the server's own first. */
  readonly chain: number;
  /** openimis.yaml says `certificate: files` now, and did not before. */
  readonly edited: boolean;
  readonly notes: readonly string[];
};

/** Bytes of all files together. */
const largest = 1_000_000;

/** What `openimis certs import` does. */
export async function importCertificate(request: CommandRequest<ImportFlags>): Promise<Import> {
  const { folder, config } = await openWorkspace(request.folder);
  const name = chooseServer(config, request.name);
  const files = await readFiles(request.flags.file);
  const password = passwordOf(request);
  const secrets = await readSecrets(folder, name);
  return withEngine(async (engine) => {
    const context = await openDeployment(engine, { config, folder, name, secrets });
    const chosen = await choose(context, files, password);
    const dryRun = request.flags['dry-run'];
    const edited = context.server.gateway.certificate !== 'files';
    const found = described(name, chosen, edited);
    if (dryRun) return { ...found, done: false, notes: [] };
    await needConsent(
      `The gateway of ${name} will present the certificate of ${found.names.join(', ')}, valid until ${found.validTo.slice(0, 10)}${edited ? ' (gateway.certificate becomes files)' : ''}. Go on?`,
      request,
    );
    await bringCertificate(context, chosen);
    const change = edited ? await toFiles(request, name, found.fingerprint) : undefined;
    if (change?.gateway !== 'not-deployed') await provePresented(context, found.fingerprint);
    const problem = await recordAudit(context, 'certificate-imported', {
      fingerprint: found.fingerprint,
      until: found.validTo,
    });
    return { ...found, done: true, notes: problem === undefined ? [] : [problem] };
  });
}

async function toFiles(request: CommandRequest<ImportFlags>, name: string, fingerprint: string) {
  return changeServer(
    { ...request, name },
    {
      event: 'certificate-source',
      fields: { source: 'files', fingerprint },
      edit: (text) => setValue(text, ['servers', name, 'gateway', 'certificate'], 'files'),
    },
  );
}

async function readFiles(paths: readonly string[]): Promise<readonly Buffer[]> {
  let size = 0;
  const read = async (path: string): Promise<Buffer> => {
    try {
      const found = await stat(path);
      size += found.size;
      if (!found.isFile()) throw new Failure('USAGE', `--file ${path} is no file`);
      if (size > largest) throw new Failure('USAGE', `--file ${path}: more than ${largest} bytes are no certificate`);
      return await readFile(path);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('USAGE', `--file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
    }
  };
  const contents: Buffer[] = [];
  for (const path of paths) contents.push(await read(path));
  return contents;
}

/** Asked for or read once, and only when something needs it. */
function passwordOf(request: CommandRequest<ImportFlags>): () => Promise<string> {
  let known: Promise<string> | undefined;
  const get = async (): Promise<string> => {
    const given = await readSecretInput('the password of the certificate', {
      file: request.flags['password-file'],
      stdin: request.flags['password-stdin'],
      variable: process.env['OPENIMIS_PASSWORD'],
    });
    if (given !== undefined) return given;
    if (request.interactive)
      return askSecret(
        { question: 'Password of the certificate', where: 'set when it was exported; may be empty' },
        request.signal,
        true,
      );
    throw new Failure('VALUE_MISSING', 'the certificate has a password, and there is no terminal to ask at', [
      '--password-file FILE, --password-stdin or OPENIMIS_PASSWORD gives it',
    ]);
  };
  return () => (known ??= get());
}

async function choose(
  context: DeploymentContext,
  files: readonly Buffer[],
  password: () => Promise<string>,
): Promise<Chosen> {
  const parts: Bundle[] = [];
  for (const file of files) parts.push(readPem(await pemOf(context, file, password)));
  const bundle = {
    certificates: parts.flatMap(({ certificates }) => certificates),
    keys: parts.flatMap(({ keys }) => keys),
  };
  const opened = bundle.keys.some(isEncrypted) ? await password() : undefined;
  const pending = bundle.keys.length === 0 ? await pendingKey(context) : undefined;
  const wanted = { dns: context.server.gateway.dns, now: context.clock.now() };
  return chooseCertificate(bundle, wanted, opened, pending);
}

/** PEM as it is; one certificate in DER (.cer of Windows); else PKCS#12. */
async function pemOf(context: DeploymentContext, file: Buffer, password: () => Promise<string>): Promise<string> {
  const text = file.toString('latin1');
  if (/-----BEGIN (PKCS7|CMS)-----/.test(text))
    throw unusable('PKCS#7 (.p7b) is not read', 'export it as .pfx or as Base-64 .cer files');
  if (text.includes('-----BEGIN ')) return text;
  const { X509Certificate } = await import('node:crypto');
  try {
    return new X509Certificate(file).toString();
  } catch {
    return openPkcs12(context, file, await password());
  }
}

function described(server: string, { leaf, chain }: Chosen, edited: boolean): Omit<Import, 'done' | 'notes'> {
  return {
    server,
    subject: oneLine(leaf.subject),
    names: (leaf.subjectAltName ?? '').split(', '),
    issuer: oneLine(leaf.issuer),
    fingerprint: leaf.fingerprint256,
    validTo: leaf.validToDate.toISOString(),
    chain: chain.split('-----BEGIN').length - 1,
    edited,
  };
}
