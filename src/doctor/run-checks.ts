import type { RegisteredCheck } from './check.ts';
import { type Facts, NothingToSee, type ProbeName, type Probes, type Use } from './facts.ts';
import type { Finding, Verdict } from './finding.ts';
import type { World } from './world.ts';

export type RunEvents = {
  readonly started: (probe: ProbeName) => void;
  readonly done: (probe: ProbeName, seconds: number) => void;
};

/** `facts`: of the probes that could look. */
export type Examined = { readonly findings: readonly Finding[]; readonly facts: Partial<Facts> };

type Looked = { readonly facts: Partial<Facts> } | { readonly unseen: string; readonly crashed: boolean };

/**
 * Looks with all probes that the checks want, in parallel and each once, then judges. Never throws for what a probe or a check
 * does: both become findings. Ends in the probes' patience; throws the signal's reason when that fires.
 */
export async function runChecks(
  checks: readonly RegisteredCheck[],
  probes: Probes,
  world: World,
  events: RunEvents = { started: () => {}, done: () => {} },
): Promise<Examined> {
  const running = new Map<ProbeName, Promise<unknown>>();
  const use: Use = <P extends ProbeName>(name: P): Promise<Facts[P]> => {
    const there = running.get(name) as Promise<Facts[P]> | undefined;
    if (there !== undefined) return there;
    const looking = patiently(probes, name, world, use, events);
    running.set(name, looking);
    return looking;
  };
  const names = [...new Set(checks.flatMap((check) => check.probes))];
  const looked = new Map<ProbeName, Looked>();
  const all = Promise.all(
    names.map(async (name) => {
      looked.set(name, await use(name).then((facts): Looked => ({ facts: { [name]: facts } }), unseen));
    }),
  );
  await Promise.race([all, whenAborted(world.signal)]);
  const seen = [...looked.values()].flatMap((one) => ('facts' in one ? [one.facts] : []));
  return { findings: judged(checks, looked), facts: Object.assign({}, ...seen) as Partial<Facts> };
}

async function patiently<P extends ProbeName>(
  probes: Probes,
  name: P,
  world: World,
  use: Use,
  events: RunEvents,
): Promise<Facts[P]> {
  const { title, patience, look } = probes[name];
  const started = performance.now();
  const seconds = patience(world);
  events.started(name);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${seconds} s to ${title}`)), seconds * 1000);
  });
  try {
    return await Promise.race([look(world, use), late]);
  } finally {
    clearTimeout(timer);
    events.done(name, (performance.now() - started) / 1000);
  }
}

function unseen(error: unknown): Looked {
  const words = error instanceof Error ? error.message : String(error);
  return { unseen: words.split('\n')[0]?.slice(0, 300) ?? '', crashed: !(error instanceof NothingToSee) };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fire = (): void => reject(signal.reason as Error);
    if (signal.aborted) fire();
    else signal.addEventListener('abort', fire, { once: true });
  });
}

function judged(checks: readonly RegisteredCheck[], looked: ReadonlyMap<ProbeName, Looked>): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const crashes = new Set<ProbeName>();
  for (const check of checks) findings.set(check.id, finding(check, looked, findings, crashes));
  return checks.map(({ id }) => findings.get(id)!);
}

function finding(
  check: RegisteredCheck,
  looked: ReadonlyMap<ProbeName, Looked>,
  findings: ReadonlyMap<string, Finding>,
  crashes: Set<ProbeName>,
): Finding {
  const { id, group, title, expected, why, needs } = check;
  const common = { id, group, title, expected, why };
  const missed = needs.find((need) => ['problem', 'skipped'].includes(findings.get(need)?.state ?? 'ok'));
  if (missed !== undefined) {
    const root = findings.get(missed)?.because ?? missed;
    return { ...common, state: 'skipped', found: `because of ${root}`, fix: [], because: root };
  }
  const facts: Partial<Facts> = {};
  for (const name of check.probes) {
    const seen = looked.get(name);
    if (seen !== undefined && 'facts' in seen) Object.assign(facts, seen.facts);
    else if (seen === undefined || !seen.crashed || crashes.has(name))
      return { ...common, state: 'skipped', found: seen?.unseen ?? 'it was not looked at', fix: [] };
    else {
      // One crash, one finding: the others that wanted the same facts are skipped.
      crashes.add(name);
      return { ...common, state: 'problem', found: `the look itself failed: ${seen.unseen}`, fix: bug };
    }
  }
  return { ...common, ...completed(verdictOf(check, facts as Facts)) };
}

const bug = [
  'repeat the command; when it stays, report it with the output of: OPENIMIS_DEBUG=1 openimis doctor --json',
];

function verdictOf(check: RegisteredCheck, facts: Facts): Verdict {
  try {
    return check.judge(facts);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { state: 'problem', found: `the check itself crashed: ${words.slice(0, 300)}`, fix: bug };
  }
}

function completed(verdict: Verdict): Pick<Finding, 'state' | 'found' | 'fix' | 'letter'> {
  return 'fix' in verdict ? verdict : { ...verdict, fix: [] };
}
