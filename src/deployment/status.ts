import type { ContainerState } from '../engines/engine.ts';
import { type OpenHotfix, openHotfixes } from '../modules/hotfix.ts';
import { bankOf } from '../stack/addresses.ts';
import { hasScheduler } from '../stack/build-stack.ts';
import { routesOf } from '../stack/gateway-plan.ts';
import { label } from '../stack/labels.ts';
import { risksOf } from '../stack/risks.ts';
import type { Route, StackComponent } from '../stack/stack.ts';
import { componentNames } from '../workspace/server.ts';
import { type CertificateState, certificateOf } from './certificate.ts';
import { type DeploymentContext, serverNames } from './context.ts';
import { gatewayAddress } from './deploy.ts';
import { judge } from './gate.ts';
import { signOnMode } from './gateway-control.ts';
import { type GuessingFigures, guessingFigures } from './guessing.ts';
import { currentMaintenance, type Maintenance } from './maintenance.ts';
import { type Observation, observe } from './observe.ts';

export type ComponentStatus = {
  readonly component: StackComponent;
  /** Undefined for gateway and rabbitmq, and for what does not run. */
  readonly revision?: number;
  readonly desired: number;
  readonly running: number;
  readonly health: 'healthy' | 'starting' | 'unhealthy' | 'stopped' | 'missing';
  /** Why it is not healthy, in words. */
  readonly problem?: string;
  readonly image?: string;
  readonly restarts: number;
  /** ISO 8601. */
  readonly since?: string;
};

export type RevisionStatus = {
  readonly revision: number;
  readonly status: 'serving' | 'served' | 'failed' | 'rolled-back' | 'interrupted' | 'abandoned' | 'unfinished';
  readonly startedAt?: string;
  readonly by?: string;
  readonly message?: string;
  readonly containers: number;
};

export type ServerStatus = {
  readonly server: string;
  readonly project: string;
  readonly engine: string;
  readonly state: 'serving' | 'degraded' | 'stopped' | 'not-deployed';
  readonly address: string;
  readonly signOn: 'legacy' | 'application';
  /** How the legacy says who is logged in; undefined before anybody was, or when the gateway does not run. */
  readonly signOnMode?: 'shown' | 'typed';
  /** The login keeps the visitor's session cookie (gateway.session.keepOnLogin). */
  readonly keepOnLogin: boolean;
  readonly serving?: number;
  /** Address bank that the gateway sends people to. */
  readonly bank?: number;
  readonly subnet?: string;
  /** Of the new side; undefined: none. */
  readonly maintenance?: Maintenance;
  /** Failed logins and who must wait; undefined when the gateway does not run. */
  readonly guessing?: GuessingFigures;
  readonly components: readonly ComponentStatus[];
  readonly routes: readonly Pick<Route, 'name' | 'path' | 'target' | 'access'>[];
  /** Newest first. */
  readonly revisions: readonly RevisionStatus[];
  /** Undefined when no gateway runs, or one that does not say. */
  readonly certificate?: CertificateState;
  readonly problems: readonly string[];
  /** What openimis.yaml allows although a stranger could abuse it. */
  readonly risks: readonly string[];
  /** As openimis.yaml has them now. */
  readonly hotfixes: readonly OpenHotfix[];
};

/** What `openimis status` shows. Changes nothing; needs no secret. Throws FOREIGN_WORKSPACE, NAME_TAKEN, ENGINE_*. */
export async function serverStatus(context: DeploymentContext): Promise<ServerStatus> {
  const { server, engine } = context;
  const observation = await observe(context);
  const { serving, bank, subnet } = observation;
  const components = componentStatuses(context, observation);
  const { gateway } = observation;
  const asked = gateway?.state === 'running' && server.legacy !== undefined ? gateway : undefined;
  const guessing = asked === undefined ? undefined : await guessingFigures(context, asked);
  const mode = asked === undefined || server.gateway.signOn !== 'legacy' ? undefined : await signOnMode(context, asked);
  const maintenance = gateway?.state === 'running' ? await currentMaintenance(context, gateway) : undefined;
  const certificate = gateway?.state === 'running' ? await certificateOf(context, gateway) : undefined;
  const problems = [
    ...(certificate?.problems ?? []).map((problem) => `certificate: ${problem} (openimis certs show ${server.name})`),
    ...components.flatMap(({ component, problem }) => (problem === undefined ? [] : [`${component}: ${problem}`])),
    ...(serving !== undefined && bank !== undefined && bank !== bankOf(serving)
      ? [
          `the gateway does not point at r${serving}: the last run was cut (openimis deploy ${server.name} puts it right)`,
        ]
      : []),
    ...observation.revisions
      .filter(({ revision }) => revision !== serving)
      .map(
        ({ revision }) =>
          `r${revision} has containers and does not serve: the last run was cut (openimis deploy ${server.name} removes them)`,
      ),
  ];
  return {
    server: server.name,
    project: serverNames(context).project,
    engine: engine.endpoint,
    state: stateOf(observation, problems),
    address: gatewayAddress(context),
    signOn: server.gateway.signOn,
    ...(mode === undefined ? {} : { signOnMode: mode }),
    keepOnLogin: server.gateway.signOn === 'legacy' && server.gateway.session.keepOnLogin,
    ...(serving === undefined ? {} : { serving }),
    ...(bank === undefined ? {} : { bank }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(guessing === undefined ? {} : { guessing }),
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(certificate === undefined ? {} : { certificate }),
    components,
    routes: routesOf(server).map(({ name, path, target, access }) => ({ name, path, target, access })),
    revisions: revisionStatuses(observation),
    problems: observation.somethingRuns ? problems : [],
    risks: risksOf(server),
    hotfixes: openHotfixes(server, context.clock.now()),
  };
}

function stateOf({ somethingRuns, gateway, serving }: Observation, problems: readonly string[]): ServerStatus['state'] {
  if (!somethingRuns) return 'not-deployed';
  if (gateway?.state !== 'running') return 'stopped';
  return serving === undefined || problems.length > 0 ? 'degraded' : 'serving';
}

function componentStatuses({ server }: DeploymentContext, observation: Observation): readonly ComponentStatus[] {
  const { serving, revisions, gateway, rabbitmq } = observation;
  const current = revisions.find(({ revision }) => revision === serving)?.containers ?? [];
  const applications = componentNames
    .filter((name) => server.components[name] !== undefined)
    .map((name) => {
      const own = current.filter(({ labels }) => labels[label.component] === name);
      // The scheduler counts as a worker: it stops and starts with them.
      const schedulers = name === 'worker' && hasScheduler(server) ? 1 : 0;
      const status = componentStatus(name, (server.components[name]?.replicas ?? 1) + schedulers, own);
      return serving === undefined || own.length === 0 ? status : { ...status, revision: serving };
    });
  return [
    componentStatus('gateway', 1, gateway === undefined ? [] : [gateway]),
    ...applications,
    componentStatus('rabbitmq', 1, rabbitmq === undefined ? [] : [rabbitmq]),
  ];
}

function componentStatus(
  component: StackComponent,
  desired: number,
  containers: readonly ContainerState[],
): ComponentStatus {
  const [first] = containers;
  const running = containers.filter(({ state }) => state === 'running');
  const verdicts = containers.map((container) => judge(container, container.restarts, 1));
  const bad = verdicts.find(({ kind }) => kind !== 'ready');
  const missing = containers.length < desired ? `${containers.length} of ${desired} containers are there` : undefined;
  const problem = bad === undefined || bad.kind === 'ready' ? missing : bad.why;
  return {
    component,
    desired,
    running: running.length,
    health:
      first === undefined
        ? 'missing'
        : running.length === 0
          ? 'stopped'
          : bad === undefined
            ? 'healthy'
            : bad.kind === 'waiting'
              ? 'starting'
              : 'unhealthy',
    ...(problem === undefined ? {} : { problem }),
    ...(first === undefined ? {} : { image: first.image }),
    restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
    ...(first?.startedAt === undefined ? {} : { since: first.startedAt }),
  };
}

function revisionStatuses({ history = [], revisions, serving }: Observation): readonly RevisionStatus[] {
  const numbers = new Set([...history.map(({ revision }) => revision), ...revisions.map(({ revision }) => revision)]);
  return [...numbers]
    .sort((a, b) => b - a)
    .map((revision) => {
      const record = history.find((candidate) => candidate.revision === revision);
      const { plan, outcome } = record ?? {};
      const ended = outcome?.status === 'serving' ? 'served' : (outcome?.status ?? 'unfinished');
      return {
        revision,
        status: revision === serving ? 'serving' : ended,
        ...(plan === undefined ? {} : { startedAt: plan.startedAt, by: `${plan.by.user}@${plan.by.host}` }),
        ...(outcome?.message === undefined ? {} : { message: outcome.message }),
        containers: revisions.find((candidate) => candidate.revision === revision)?.containers.length ?? 0,
      };
    });
}
