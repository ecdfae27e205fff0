import type { EngineInfo } from '../engines/engine.ts';
import type { Stack } from '../stack/stack.ts';
import { isThisBox } from '../stack/this-box.ts';
import type { Server } from '../workspace/server.ts';
import type { Observation } from './observe.ts';
import type { CheckedImage } from './preflight.ts';

export const stepIds = [
  'images',
  'lock',
  'tidy',
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
  /** `nothing`: the same thing runs and is healthy. `tidy`: only what a cut run left is removed. */
  readonly kind: 'nothing' | 'tidy' | 'deploy';
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
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
};

/** The plan as a pure function of what was found. */
export function composePlan(facts: PlanFacts): Plan {
  const { observation, stack, reasons, leftovers } = facts;
  const kind = reasons.length > 0 ? 'deploy' : leftovers.length > 0 ? 'tidy' : 'nothing';
  const next = observation.highest + 1;
  const common = {
    server: facts.server.name,
    project: stack.project,
    engine: { endpoint: facts.endpoint, host: facts.info.host },
    kind,
    reasons: kind === 'tidy' ? leftovers : reasons,
    subnet: facts.subnet,
    images: facts.images,
    ...(observation.serving === undefined ? {} : { serving: observation.serving }),
    baseChanges: facts.baseChanges,
  } as const;
  switch (kind) {
    case 'nothing':
      return { ...common, steps: [], notes: [], warnings: [] };
    case 'tidy':
      return { ...common, steps: [lockStep(facts), tidyStep(leftovers)], notes: [], warnings: facts.warnings };
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

function lockStep({ server }: PlanFacts): PlanStep {
  return {
    id: 'lock',
    title: 'Take the run lock',
    detail: `one changing run per server: nobody else deploys ${server.name} meanwhile`,
  };
}

function tidyStep(leftovers: readonly string[]): PlanStep {
  return {
    id: 'tidy',
    title: 'Clean up after an unfinished run',
    detail: leftovers.join('; '),
    changes: 'containers that serve nobody are removed',
  };
}

function deploySteps(facts: PlanFacts, next: number): readonly PlanStep[] {
  const { stack, observation, server, leftovers, images, baseChanges } = facts;
  const { serving } = observation;
  const services = stack.current.services;
  const web = services.filter(({ component }) => component !== 'worker').map(({ name }) => name);
  const worker = services.some(({ component }) => component === 'worker');
  const references = Object.entries(images).map(([component, { reference }]) => `${component} ${reference}`);
  const base: PlanStep =
    observation.gateway === undefined
      ? {
          id: 'base',
          title: 'Start gateway and queue',
          detail: `project ${stack.project}: networks in ${facts.subnet}, volumes, gateway, RabbitMQ`,
          changes: `the gateway listens on ${ports(server)}; the legacy is served through it from now on`,
        }
      : {
          id: 'base',
          title: baseChanges ? 'Make gateway and queue anew' : 'Check gateway and queue',
          detail: baseChanges
            ? 'their image, ports or mounts have changed: they stop and start again with the same addresses and volumes'
            : 'they keep running as they are',
          ...(baseChanges ? { changes: 'nobody reaches openIMIS through the gateway for some seconds' } : {}),
        };
  const steps: readonly (PlanStep | undefined)[] = [
    {
      id: 'images',
      title: 'Images',
      detail: `gateway and RabbitMQ from Debian packages unless they are there already; ${references.join(', ')}`,
      changes: `images on ${facts.info.host}`,
    },
    lockStep(facts),
    leftovers.length > 0 ? tidyStep(leftovers) : undefined,
    {
      id: 'legacy',
      title: 'Reach the legacy from a container',
      detail: `${[legacyWords(server), databaseWords(server)].filter((words) => words !== '').join('; ')}; only read`,
    },
    base,
    {
      id: 'start',
      title: `Start r${next}`,
      detail: `${web.join(', ')} beside what runs, one backend first; healthy for three probes without a restart`,
      changes: `project ${stack.project}-r${next}`,
    },
    stack.onceAfterStart.length > 0
      ? {
          id: 'once',
          title: 'Health page of the backends, once',
          detail: `/ht/ of ${stack.onceAfterStart.map(({ service }) => service).join(', ')}`,
          changes: 'it writes one row into health_check_db_testmodel of the legacy database and deletes it again',
        }
      : undefined,
    { id: 'test', title: `Ask r${next} directly`, detail: `${web.join(', ')}, before anybody is sent there` },
    {
      id: 'switch',
      title: `Switch the gateway to r${next}`,
      detail:
        serving === undefined
          ? 'first revision'
          : `away from r${serving}, without a reload where only the revision changes`,
      changes: `/front, /iapi and /api are answered by r${next}`,
    },
    worker
      ? {
          id: 'worker',
          title: 'Hand over to the new worker',
          detail:
            serving === undefined
              ? `start the worker of r${next}`
              : `the worker of r${serving} ends its tasks and stops, then that of r${next} starts`,
          changes: 'background tasks wait in the queue meanwhile',
        }
      : undefined,
    {
      id: 'verify',
      title: 'Ask every route through the gateway',
      detail: stack.gateway.routes.map(({ path }) => path).join(' '),
    },
    {
      id: 'finish',
      title: serving === undefined ? 'Record the outcome' : `Stop r${serving}`,
      detail: `what r${next} is and how it went is kept in the volume ${stack.project}_state`,
      ...(serving === undefined ? {} : { changes: `the containers of r${serving} are removed` }),
    },
  ];
  return steps.filter((step) => step !== undefined);
}

function ports({ gateway }: Server): string {
  const on = gateway.address === undefined ? 'every interface' : gateway.address;
  return `ports ${gateway.http} and ${gateway.https} of ${on}`;
}

function legacyWords({ legacy }: Server): string {
  return legacy === undefined ? '' : `the site ${legacy.url}${legacy.ip === undefined ? '' : ` at ${legacy.ip}`}`;
}

function databaseWords({ database }: Server): string {
  return `SQL Server at ${database.host}:${database.port}`;
}

/** What a person must hear before saying yes. */
function saidAloud({ server, stack, subnet }: PlanFacts): readonly string[] {
  const { legacy, database } = server;
  const hosts = [legacy?.ip ?? legacy?.dns, database.host].filter((host) => host !== undefined);
  return [
    `the networks of ${server.name} take ${subnet}`,
    `the gateway listens on ${ports(server)}`,
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
