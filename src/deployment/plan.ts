import type { EngineInfo } from '../engines/engine.ts';
import type { Stack } from '../stack/stack.ts';
import { isThisBox } from '../stack/this-box.ts';
import type { Server } from '../workspace/server.ts';
import type { Observation } from './observe.ts';
import { deploySteps, gatewaySteps, ports, tidySteps } from './plan-steps.ts';
import type { CheckedImage } from './preflight.ts';

export const stepIds = [
  'images',
  'lock',
  'tidy',
  'gateway',
  'legacy',
  'base',
  'start',
  'once',
  'test',
  'switch',
  'worker',
  'verify',
  'finish',
] as const;
export type StepId = (typeof stepIds)[number];

export type PlanStep = {
  readonly id: StepId;
  readonly title: string;
  /** How it is done. */
  readonly detail: string;
  /** What is different afterwards, in words; undefined: nothing. */
  readonly changes?: string;
};

/** What a deploy is going to do; shown before, and what `--dry-run --json` prints. Holds no secret. */
export type Plan = {
  readonly server: string;
  readonly project: string;
  readonly engine: { readonly endpoint: string; readonly host: string };
  /**
   * `nothing`: the same thing runs and is healthy. `tidy`: only what a cut run left is removed. `gateway`: only the gateway
   * takes another configuration, by a reload.
   */
  readonly kind: 'nothing' | 'tidy' | 'gateway' | 'deploy';
  /** Why there is something to do. */
  readonly reasons: readonly string[];
  readonly steps: readonly PlanStep[];
  /** What the operator should know, without being asked to do anything. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly subnet: string;
  readonly images: Readonly<Record<string, CheckedImage>>;
  /** Revision that serves now. */
  readonly serving?: number;
  /** Number the new revision gets, unless another run is faster. */
  readonly revision?: number;
  /** Gateway or queue must be made anew: a few seconds without service. */
  readonly baseChanges: boolean;
};

export type PlanFacts = {
  readonly server: Server;
  readonly stack: Stack;
  readonly info: EngineInfo;
  readonly endpoint: string;
  readonly observation: Observation;
  readonly subnet: string;
  readonly images: Readonly<Record<string, CheckedImage>>;
  readonly reasons: readonly string[];
  /** What a cut run left, in words. */
  readonly leftovers: readonly string[];
  readonly baseChanges: boolean;
  /** The gateway runs another version of its configuration than it should. */
  readonly gatewayChanges: boolean;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
};

/** The plan as a pure function of what was found. */
export function composePlan(facts: PlanFacts): Plan {
  const { observation, stack, reasons, leftovers } = facts;
  const kind = kindOf(facts);
  const next = observation.highest + 1;
  const common = {
    server: facts.server.name,
    project: stack.project,
    engine: { endpoint: facts.endpoint, host: facts.info.host },
    kind,
    reasons: kind === 'deploy' ? reasons : [...leftovers, ...(facts.gatewayChanges ? [gatewayReason] : [])],
    subnet: facts.subnet,
    images: facts.images,
    ...(observation.serving === undefined ? {} : { serving: observation.serving }),
    baseChanges: facts.baseChanges,
  } as const;
  switch (kind) {
    case 'nothing':
      return { ...common, steps: [], notes: [], warnings: [] };
    case 'tidy':
      return { ...common, steps: tidySteps(facts), notes: [], warnings: facts.warnings };
    case 'gateway':
      return { ...common, steps: gatewaySteps(facts), notes: [], warnings: facts.warnings };
    case 'deploy':
      return {
        ...common,
        revision: next,
        steps: deploySteps(facts, next),
        notes: [...saidAloud(facts), ...facts.notes],
        warnings: facts.warnings,
      };
  }
}

const gatewayReason = 'the gateway has another configuration than openimis.yaml and the secrets say';

function kindOf({ reasons, leftovers, gatewayChanges }: PlanFacts): Plan['kind'] {
  if (reasons.length > 0) return 'deploy';
  if (gatewayChanges) return 'gateway';
  return leftovers.length > 0 ? 'tidy' : 'nothing';
}

/** What a person must hear before saying yes. */
function saidAloud({ server, stack, subnet }: PlanFacts): readonly string[] {
  const { legacy, database } = server;
  const hosts = [legacy?.ip ?? legacy?.dns, database.host].filter((host) => host !== undefined);
  return [
    `the networks of ${server.name} take ${subnet}`,
    `the gateway listens on ${ports(server)} and answers to ${stack.gateway.names.join(', ')}; any other name is refused`,
    legacy === undefined
      ? 'the database is only read by this deploy; no migration is run'
      : 'the legacy site and its database are only read by this deploy; no migration is run',
    ...(stack.onceAfterStart.length > 0
      ? ["one exception: upstream's health page /ht/, asked once after the start, writes a row and deletes it again"]
      : []),
    ...(hosts.some(isThisBox)
      ? ['127.0.0.1 means this very box: containers reach it through the bridge of the engine (host-gateway)']
      : []),
  ];
}
