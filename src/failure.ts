/**
 * Everything that can go wrong in a way we foresee, and the exit code that goes with it.
 * Codes are stable words: each has a section in docs/errors.md (a test compares the two).
 */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  findings: 4,
  unreachable: 5,
  locked: 6,
  rolledBack: 7,
  rollbackFailed: 8,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCodeName = keyof typeof exitCodes;

export const failureCodes = {
  // usage
  USAGE: 'usage',
  VALUE_MISSING: 'usage',
  SERVER_UNKNOWN: 'usage',
  SERVER_AMBIGUOUS: 'usage',
  SERVER_EXISTS: 'usage',
  CONFIRMATION_NEEDED: 'usage',
  API_USER_EXISTS: 'usage',
  API_USER_UNKNOWN: 'usage',
  // configuration
  WORKSPACE_MISSING: 'configuration',
  WORKSPACE_INVALID: 'configuration',
  WORKSPACE_UNREADABLE: 'configuration',
  WORKSPACE_READ_ONLY: 'configuration',
  WORKSPACE_CHANGED: 'failed',
  SECRET_MISSING: 'configuration',
  SECRET_UNUSABLE: 'configuration',
  SERVER_INCOMPLETE: 'configuration',
  SERVER_NOT_DEPLOYABLE: 'configuration',
  PINS_UNREADABLE: 'configuration',
  LOCK_INVALID: 'configuration',
  LOCK_STALE: 'findings',
  LOCK_IMPOSSIBLE: 'failed',
  LOCK_HASH_CHANGED: 'failed',
  // registries
  REGISTRY_UNREACHABLE: 'unreachable',
  REGISTRY_REFUSED: 'configuration',
  REGISTRY_UNREADABLE: 'failed',
  REGISTRY_SETTINGS: 'configuration',
  GIT_UNREACHABLE: 'unreachable',
  GIT_REFUSED: 'configuration',
  // engine
  ENGINE_MISSING: 'unreachable',
  ENGINE_NOT_RUNNING: 'unreachable',
  ENGINE_PERMISSION: 'unreachable',
  ENGINE_UNREACHABLE: 'unreachable',
  ENGINE_TOO_OLD: 'unreachable',
  COMPOSE_MISSING: 'unreachable',
  COMPOSE_FAILED: 'failed',
  DISK_FULL: 'failed',
  BASE_IMAGE_UNAVAILABLE: 'unreachable',
  IMAGE_MISSING: 'configuration',
  IMAGE_BUILD_FAILED: 'failed',
  PORT_TAKEN: 'failed',
  SUBNET_TAKEN: 'failed',
  NAME_TAKEN: 'failed',
  FOREIGN_WORKSPACE: 'failed',
  RUN_LOCKED: 'locked',
  // legacy
  LEGACY_NAME_UNRESOLVED: 'unreachable',
  LEGACY_WEBSITE_UNREACHABLE: 'unreachable',
  LEGACY_NOT_ENCRYPTED: 'configuration',
  LEGACY_CERTIFICATE_UNTRUSTED: 'failed',
  LEGACY_CERTIFICATE_CHANGED: 'failed',
  LEGACY_DATABASE_UNREACHABLE: 'unreachable',
  LEGACY_DATABASE_LOGIN_FAILED: 'unreachable',
  LEGACY_DATABASE_UNKNOWN: 'unreachable',
  LEGACY_DATABASE_UNENCRYPTED: 'unreachable',
  LEGACY_DATABASE_NOT_MIGRATED: 'failed',
  // deployment
  CONTAINER_UNHEALTHY: 'failed',
  GATEWAY_REJECTED_CONFIGURATION: 'failed',
  CERTIFICATE_UNUSABLE: 'configuration',
  CERTIFICATE_REJECTED: 'failed',
  CERTIFICATE_NOT_RENEWED: 'failed',
  CERTIFICATE_UNKNOWN: 'failed',
  ROUTE_FAILED: 'failed',
  GATEWAY_UNREACHABLE: 'unreachable',
  NOT_DEPLOYED: 'failed',
  DEPLOY_PENDING: 'failed',
  ROLLED_BACK: 'rolledBack',
  ROLLBACK_FAILED: 'rollbackFailed',
  SETUP_FAILED: 'failed',
  INTERRUPTED: 'interrupted',
  BUG: 'bug',
} as const satisfies Record<string, ExitCodeName>;

export type FailureCode = keyof typeof failureCodes;

/**
 * A foreseen failure: `message` is the cause in words a sysadmin understands, `hints` are what to type or look at next.
 * Never put a secret in either.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hints: readonly string[];

  constructor(code: FailureCode, message: string, hints: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.code = code;
    this.hints = hints;
  }

  get exitCode(): number {
    return exitCodes[failureCodes[this.code]];
  }
}
