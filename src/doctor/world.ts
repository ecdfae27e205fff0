import type { Legacy, Secrets, Server } from '../workspace/server.ts';

/** Where the doctor looks, and from where. */
export type World = {
  /** Undefined: only the box is looked at. */
  readonly server?: Server;
  readonly legacy?: Legacy;
  readonly secrets: Secrets;
  /** Environment of the process, for programs that are started. */
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Seconds that one look may take. */
  readonly timeout: number;
  /** Where the files of the system are; another folder in tests. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Port of the legacy's other scheme; default 443 or 80. */
  readonly otherPort?: number;
  /** Port of SQL Browser. */
  readonly browserPort?: number;
};
