import { X509Certificate } from 'node:crypto';

import { Failure } from '../failure.ts';
import { type CertificateSource, certificateSources } from '../workspace/server.ts';
import type { CommandResult, ContainerState } from '../engines/engine.ts';
import { findGateway } from './base-project.ts';
import type { DeploymentContext } from './context.ts';

/** What `openimis certs show` tells. Times are ISO 8601. */
export type CertificateState = {
  /** As openimis.yaml wanted it when the gateway got its configuration. */
  readonly source: CertificateSource;
  /** Where the certificate comes from that the gateway uses now. */
  readonly using: CertificateSource;
  readonly subject: string;
  readonly names: readonly string[];
  readonly issuer: string;
  readonly serial: string;
  /** SHA-256. */
  readonly fingerprint: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Whole days, negative when it has ended. */
  readonly daysLeft: number;
  /** The box's own authorities vouch for it, as those of a browser would; only then HSTS is sent. */
  readonly trusted: boolean;
  /** A client really gets this certificate. */
  readonly presented: boolean;
  readonly lastAttempt?: {
    readonly at: string;
    readonly ok: boolean;
    readonly failures: number;
    readonly error?: string;
  };
  /** A signing request waits for its certificate. */
  readonly requestPending: boolean;
  readonly problems: readonly string[];
};

const program = 'openimis-certificate';

/** Runs openimis-certificate inside the gateway. Seconds. @throws Failure NOT_DEPLOYED when no gateway runs */
export async function certificateCommand(
  context: DeploymentContext,
  argv: readonly string[],
  options: { readonly timeout?: number; readonly stdin?: string } = {},
): Promise<CommandResult> {
  const gateway = await runningGateway(context);
  return context.engine.exec(gateway.id, [program, ...argv], { timeout: 60, ...options });
}

export async function runningGateway(context: DeploymentContext): Promise<ContainerState> {
  const gateway = await findGateway(context);
  if (gateway.state === 'running') return gateway;
  const { name } = context.server;
  throw new Failure('NOT_DEPLOYED', `the gateway of ${name} does not run (${gateway.state})`, [
    `openimis deploy ${name}`,
  ]);
}

/** @throws Failure NOT_DEPLOYED; CERTIFICATE_UNKNOWN when the gateway does not say what it has */
export async function readCertificate(context: DeploymentContext): Promise<CertificateState> {
  const state = await certificateOf(context, await runningGateway(context));
  if (state !== undefined) return state;
  const { name } = context.server;
  throw new Failure('CERTIFICATE_UNKNOWN', `the gateway of ${name} does not say which certificate it has`, [
    `openimis deploy ${name} brings a gateway of this version`,
    `openimis logs ${name} gateway`,
  ]);
}

/** Undefined when this gateway does not say. */
export async function certificateOf(
  context: DeploymentContext,
  gateway: ContainerState,
): Promise<CertificateState | undefined> {
  const { code, stdout } = await context.engine.exec(gateway.id, [program, 'show'], { timeout: 20 });
  return code === 0 ? parseCertificate(stdout, context.server.gateway.dns, context.clock.now()) : undefined;
}

export function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line
    .replace(/^openimis-certificate: /, '')
    .replace(/[^\x20-\x7e]/g, ' ')
    .slice(0, 500);
}

/** Lines `key=value`, then the chain in PEM; undefined when it is anything else. */
export function parseCertificate(text: string, dns: string, now: Date): CertificateState | undefined {
  const at = text.indexOf('-----BEGIN CERTIFICATE-----');
  if (at === -1) return undefined;
  const facts = new Map<string, string>();
  for (const line of text.slice(0, at).split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const source = sourceOf(facts.get('source'));
  const using = sourceOf(facts.get('using'));
  const certificate = parsed(text.slice(at));
  if (source === undefined || using === undefined || certificate === undefined) return undefined;
  const validTo = certificate.validToDate;
  const lastAttempt = attemptOf(facts);
  const state = {
    source,
    using,
    subject: oneLine(certificate.subject),
    names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
    issuer: oneLine(certificate.issuer),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    validFrom: certificate.validFromDate.toISOString(),
    validTo: validTo.toISOString(),
    daysLeft: Math.floor((validTo.getTime() - now.getTime()) / 86_400_000),
    trusted: facts.get('trusted') === 'yes',
    presented: facts.get('presented') === certificate.fingerprint256,
    ...(lastAttempt === undefined ? {} : { lastAttempt }),
    requestPending: facts.get('request') === 'yes',
  };
  const covers = certificate.checkHost(dns) !== undefined;
  return { ...state, problems: problemsOf(state, { covers, dns, tended: facts.get('tending') === 'yes', now }) };
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function sourceOf(word: string | undefined): CertificateSource | undefined {
  return certificateSources.find((known) => known === word);
}

/** Node writes the parts of a name on lines of their own. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function attemptOf(facts: ReadonlyMap<string, string>): CertificateState['lastAttempt'] {
  const at = Number(facts.get('attempt-at'));
  if (!Number.isSafeInteger(at) || at <= 0 || at > 8e12) return undefined;
  const error = facts.get('attempt-error')?.trim();
  return {
    at: new Date(at * 1000).toISOString(),
    ok: facts.get('attempt-result') === 'ok',
    failures: Number(facts.get('attempt-failures')) || 0,
    ...(error === undefined || error === '' ? {} : { error }),
  };
}

type Seen = { readonly covers: boolean; readonly dns: string; readonly tended: boolean; readonly now: Date };

/** What somebody has to do something about. */
function problemsOf(state: Omit<CertificateState, 'problems'>, { covers, dns, tended, now }: Seen): readonly string[] {
  const { source, using, lastAttempt, daysLeft, validTo } = state;
  const ended = Date.parse(validTo) <= now.getTime();
  const failed = source === 'acme' && lastAttempt?.ok === false;
  return [
    ...(ended ? [`it has ended on ${validTo.slice(0, 10)}`] : []),
    ...(covers ? [] : [`it is not for ${dns}`]),
    ...(failed
      ? [
          `the last ${using === 'acme' ? 'renewal' : 'attempt to get one'} failed: ${lastAttempt.error ?? 'no reason was given'}`,
        ]
      : []),
    ...(source === 'files' && using !== 'files' ? ['none was imported yet'] : []),
    ...(!ended && using === 'files' && daysLeft < 30
      ? [`it ends in ${daysLeft} days, and nobody renews an imported one`]
      : []),
    ...(state.presented ? [] : ['the gateway does not present it']),
    ...(tended ? [] : ['nothing in the gateway looks after its renewal']),
  ];
}
