import { chosenChecks } from '../../../src/doctor/registered-checks.ts';
import { probes } from '../../../src/doctor/probes/all.ts';
import { type DoctorReport, reportOf } from '../../../src/doctor/report.ts';
import { runChecks } from '../../../src/doctor/run-checks.ts';
import type { World } from '../../../src/doctor/world.ts';
import type { Database, Server } from '../../../src/workspace/server.ts';
import { server as plainServer } from '../../deployment/fixture.ts';

/** A world whose server has this database; every look may take two seconds. */
export function worldWith(database: Partial<Database>, changes: Partial<World> = {}): World & { server: Server } {
  return {
    server: { ...plainServer, database: { ...plainServer.database, ...database } },
    secrets: {},
    environment: process.env,
    now: () => new Date(),
    timeout: 2,
    root: '/',
    signal: new AbortController().signal,
    // Nothing listens there, and nobody outside is asked.
    browserPort: 9,
    ...changes,
  };
}

/** The report of the checks that `only` names, gathered by the real probes. */
export async function reportFor(world: World, only: readonly string[]): Promise<DoctorReport> {
  return reportOf(world.server?.name, await runChecks(chosenChecks(only), probes, world));
}

/** `id: state` of everything that is not well. */
export function complaints({ findings }: DoctorReport): readonly string[] {
  return findings
    .filter(({ state }) => state === 'problem' || state === 'warning')
    .map(({ id, state }) => `${id}: ${state}`);
}
