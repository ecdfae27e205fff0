import { Failure } from '../failure.ts';
import { findServer, serverNames } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';

/** Name that a command is about: the one it was given, or the only server of the workspace. */
export function chooseServer(config: WorkspaceConfig, asked: string | undefined): string {
  if (asked !== undefined) {
    findServer(config, asked);
    return asked;
  }
  const names = serverNames(config);
  const [only] = names;
  if (only === undefined) throw new Failure('SERVER_UNKNOWN', 'openimis.yaml has no server yet', ['openimis init']);
  if (names.length === 1) return only;
  throw new Failure('SERVER_AMBIGUOUS', `openimis.yaml has several servers: ${names.join(', ')}`, [
    `name one as the first argument, e.g. ${only}`,
  ]);
}
