import { Failure } from '../../../failure.ts';
import { redacted } from './redact.ts';

/** What went wrong with one request: the network, the credentials, or an answer that is none. */
export type TroubleKind = 'network' | 'server' | 'refused' | 'answer' | 'offline';

/** Says in `message` what happened, without any secret. */
export class RegistryTrouble extends Error {
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RegistryTrouble';
    this.kind = kind;
  }

  /** What an error of undici or of the system means; its own text may hold a proxy's password. */
  static of(error: unknown, url: URL): RegistryTrouble {
    const codes = [...causes(error)];
    const found = codes.map((code) => meanings[code]).find((meaning) => meaning !== undefined);
    const certificate = codes.find((code) => /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_/.test(code));
    const why =
      found ??
      (certificate === undefined
        ? `it cannot be reached (${codes.at(-1) ?? 'no reason given'})`
        : `its certificate is not trusted here (${certificate})`);
    return new RegistryTrouble('network', `${redacted(url)}: ${why}`, { cause: error });
  }
}

function* causes(error: unknown): Generator<string> {
  for (let depth = 0; error instanceof Error && depth < 6; depth++) {
    if ('code' in error && typeof error.code === 'string') yield error.code;
    error = error instanceof AggregateError ? (error.errors[0] ?? error.cause) : error.cause;
  }
}

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up (no network?)',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENETUNREACH: 'there is no way to its network',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it takes the request and does not answer',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped in the middle',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_ABORTED: 'the proxy does not let the request through',
};

/** The failure that an operator sees, with what to do next. */
export function asFailure(trouble: RegistryTrouble): Failure {
  const { kind, message } = trouble;
  if (kind === 'refused')
    return new Failure('REGISTRY_REFUSED', message, ['look at the credentials in ~/.npmrc, pip.conf or ~/.netrc']);
  if (kind === 'answer') return new Failure('REGISTRY_UNREADABLE', message, ['ask whoever runs that registry']);
  if (kind === 'offline') return new Failure('REGISTRY_UNREACHABLE', message, ['repeat the command without --offline']);
  return new Failure('REGISTRY_UNREACHABLE', message, [
    /certificate/.test(message)
      ? 'name the certificate authority of your company: SSL_CERT_FILE, cafile in .npmrc or cert in pip.conf'
      : 'behind a proxy set HTTPS_PROXY; with --offline what is known from before is shown',
  ]);
}
