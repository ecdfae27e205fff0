import { gatewayPorts } from '../stack/services.ts';
import type { Stack } from '../stack/stack.ts';
import type { Server } from '../workspace/server.ts';
import type { PlanFacts, PlanStep } from './plan.ts';

const reloadStep: PlanStep = {
  id: 'gateway',
  title: 'New configuration of the gateway',
  detail:
    'tested first, then a reload: nothing is made anew and no answer is cut; the old one stays when it is not accepted',
  changes: 'the gateway works by its new configuration',
};

/** The steps of a deploy that only changes the gateway's configuration. */
export function gatewaySteps(facts: PlanFacts): readonly PlanStep[] {
  const tidy = facts.leftovers.length > 0 ? [tidyStep(facts.leftovers)] : [];
  return [lockStep(facts.server.name), ...tidy, reloadStep, verifyStep(facts.stack)];
}

/** The steps of a command that changes the gateway alone; with a stack its routes are asked afterwards. */
export function gatewayChangeSteps(server: string, stack: Stack | undefined): readonly PlanStep[] {
  return [lockStep(server), reloadStep, ...(stack === undefined ? [] : [verifyStep(stack)])];
}

/** The steps of a plan that only removes what a cut run left. */
export function tidySteps(facts: PlanFacts): readonly PlanStep[] {
  return [lockStep(facts.server.name), tidyStep(facts.leftovers)];
}

function verifyStep(stack: Stack): PlanStep {
  return {
    id: 'verify',
    title: 'Ask every route through the gateway',
    detail: stack.gateway.routes.map(({ path }) => path).join(' '),
  };
}

function lockStep(server: string): PlanStep {
  return {
    id: 'lock',
    title: 'Take the run lock',
    detail: `one changing run per server: nobody else deploys ${server} meanwhile`,
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

/** The steps of a plan that makes revision `next`. */
export function deploySteps(facts: PlanFacts, next: number): readonly PlanStep[] {
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
    lockStep(facts.server.name),
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
    verifyStep(facts.stack),
    {
      id: 'finish',
      title: serving === undefined ? 'Record the outcome' : `Stop r${serving}`,
      detail: `what r${next} is and how it went is kept in the volume ${stack.project}_state`,
      ...(serving === undefined ? {} : { changes: `the containers of r${serving} are removed` }),
    },
  ];
  return steps.filter((step) => step !== undefined);
}

export function ports(server: Server): string {
  const numbers = gatewayPorts(server).map(({ host }) => host);
  const on = server.gateway.address ?? 'every interface';
  return `ports ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} of ${on}`;
}

function legacyWords({ legacy }: Server): string {
  return legacy === undefined ? '' : `the site ${legacy.url}${legacy.ip === undefined ? '' : ` at ${legacy.ip}`}`;
}

function databaseWords({ database }: Server): string {
  return `SQL Server at ${database.host}:${database.port}`;
}
