import type { RegisteredCheck } from '../doctor/check.ts';
import type { ProbeName } from '../doctor/facts.ts';
import { probes } from '../doctor/probes/all.ts';
import { chosenChecks } from '../doctor/registered-checks.ts';
import { type DoctorReport, reportOf } from '../doctor/report.ts';
import { runChecks } from '../doctor/run-checks.ts';
import type { World } from '../doctor/world.ts';
import { exitCodes } from '../failure.ts';
import { sandboxFolder } from '../sandbox/sandbox-folder.ts';
import { completeServer } from '../workspace/complete.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';

export type DoctorFlags = { readonly only: readonly string[] | undefined; readonly timeout: number };

/** Looks at this box, and at a server when one is named; sets the exit code 4 when there is a problem. */
export async function examine(request: CommandRequest<DoctorFlags>): Promise<DoctorReport> {
  const checks = chosenChecks(request.flags.only ?? []);
  const world = await worldOf(request);
  const steps = [...new Set(checks.flatMap((check) => check.probes))].filter((name) => concerns(name, world));
  const list = await taskList(
    steps.map((id) => ({ id, title: probes[id].title })),
    request.mode,
  );
  try {
    const examined = await runChecks(relevant(checks, world), probes, world, {
      started: (probe) => void (steps.includes(probe) && list.events.started(probe)),
      done: (probe) => void (steps.includes(probe) && list.events.done(probe)),
    });
    const report = reportOf(world.server?.name, examined);
    if (report.counts.problem > 0) process.exitCode = exitCodes.findings;
    return report;
  } finally {
    await list.end();
  }
}

async function worldOf({ name: asked, folder: given, flags, signal }: CommandRequest<DoctorFlags>): Promise<World> {
  const box: World = {
    secrets: {},
    environment: process.env,
    now: () => new Date(),
    timeout: flags.timeout,
    root: '/',
    signal,
  };
  if (asked === undefined) return box;
  // No server can have this name.
  const sandbox = asked === 'sandbox';
  const { config, folder } = await openWorkspace(sandbox ? sandboxFolder() : given);
  const name = chooseServer(config, sandbox ? undefined : asked);
  return { ...box, server: completeServer(config, name), secrets: await readSecrets(folder, name) };
}

const ofServer: readonly ProbeName[] = ['server', 'database', 'website'];

/** Without a server there is nothing to say about one. */
function concerns(probe: ProbeName, { server }: World): boolean {
  return server !== undefined ? probe !== 'server' : !ofServer.includes(probe);
}

function relevant(checks: readonly RegisteredCheck[], { server }: World): readonly RegisteredCheck[] {
  return server !== undefined
    ? checks
    : checks.filter((check) => !check.probes.some((name) => ofServer.includes(name)));
}
