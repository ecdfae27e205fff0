import type { StandInDatabase } from '../databases.ts';
import type { Plays } from '../plays.ts';
import type { Value } from './values.ts';

/** What a query may ask about the session it runs in. */
export type QueryContext = {
  readonly database: StandInDatabase;
  readonly databaseNames: readonly string[];
  readonly user: string;
  readonly hostName: string;
  readonly application: string;
  /** Product version, e.g. 15.0.4123.1. */
  readonly version: string;
  /** Database roles of the user. */
  readonly roles: readonly string[];
  readonly plays: Plays;
  readonly sessionId: number;
  readonly encrypted: boolean;
  /** Parameters by name, lower case with `@`. */
  readonly variables: ReadonlyMap<string, Value>;
};
