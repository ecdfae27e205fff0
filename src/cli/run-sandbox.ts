import { applySetup, type SetupStep, setupNeeded } from '../engines/docker/setup.ts';
import { planSandboxDown, sandboxDown, type SandboxDownPlan } from '../sandbox/sandbox-down.ts';
import { sandboxFolder } from '../sandbox/sandbox-folder.ts';
import { type SandboxOutline, sandboxOutline } from '../sandbox/sandbox-outline.ts';
import { sandboxStatus, type SandboxStatus } from '../sandbox/sandbox-status.ts';
import { type SandboxDisplay, type SandboxReport, sandboxUp } from '../sandbox/sandbox-up.ts';
import type { CommandRequest } from './base-command.ts';
import { needConsent } from './prompts.ts';
import { taskList } from './task-list.ts';
import { planView } from './views/plan-view.ts';
import { setupView } from './views/sandbox-view.ts';
import { withEngine } from './with-engine.ts';

type SandboxFlags = { readonly 'dry-run': boolean };
export type SandboxUpResult = {
  readonly setup: readonly SetupStep[];
  /** What would be made (`--dry-run`). */
  readonly outline?: SandboxOutline;
  readonly report?: SandboxReport;
};

/** Sets up what this machine lacks, then the sandbox. */
export async function runSandboxUp(
  request: CommandRequest<SandboxFlags & { readonly 'legacy-version': string }>,
): Promise<SandboxUpResult> {
  const { flags, mode, signal } = request;
  const setup = await setupNeeded();
  if (mode !== 'silent') process.stderr.write(`${setupView(setup)}\n`);
  if (flags['dry-run']) return { setup, outline: sandboxOutline(sandboxFolder(), flags['legacy-version']) };
  await needConsent(
    setup.length === 0 ? 'Start the sandbox on this box?' : 'Install this and start the sandbox?',
    request,
  );
  const display = displayOf(request);
  if (setup.length > 0)
    await display.list([{ id: 'setup', title: 'Set up this machine' }], async (events) => {
      events.started('setup');
      try {
        await applySetup(setup, (line) => events.progress('setup', line), signal);
        events.done('setup');
      } catch (error) {
        events.failed('setup', error instanceof Error ? error.message : String(error));
        throw error;
      }
    });
  const report = await withEngine((engine) =>
    sandboxUp({ engine, folder: sandboxFolder(), legacyVersion: flags['legacy-version'], display, signal }),
  );
  return { setup, report };
}

function displayOf({ mode }: CommandRequest<unknown>): SandboxDisplay {
  return {
    list: async (steps, work) => {
      const list = await taskList(steps, mode);
      try {
        return await work(list.events);
      } finally {
        await list.end();
      }
    },
    plan: (plan) => void (mode === 'silent' || process.stderr.write(`${planView(plan, process.stderr)}\n`)),
  };
}

export type SandboxDownResult = { readonly plan: SandboxDownPlan; readonly done: boolean };

export async function runSandboxDown(request: CommandRequest<SandboxFlags>): Promise<SandboxDownResult> {
  return withEngine(async (engine) => {
    const folder = sandboxFolder();
    const plan = await planSandboxDown(engine, folder);
    if (plan.nothingToDo || request.flags['dry-run']) return { plan, done: false };
    await needConsent('Remove the sandbox?', request);
    const steps = plan.projects.map((name) => ({ id: name, title: `Remove ${name}` }));
    await displayOf(request).list(steps, (events) => sandboxDown(engine, folder, plan, events, request.signal));
    return { plan, done: true };
  });
}

export async function readSandbox(): Promise<SandboxStatus> {
  return withEngine((engine) => sandboxStatus(engine, sandboxFolder()));
}
