import { deploy } from '../deployment/deploy.ts';
import type { DeploymentContext } from '../deployment/context.ts';
import type { DeploymentEvents } from '../deployment/events.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import type { Plan } from '../deployment/plan.ts';
import { planDeployment } from '../deployment/plan-deployment.ts';
import type { Engine } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { openBrowser } from './browser.ts';
import { freePorts } from './sandbox-ports.ts';
import { readSandboxState, sandboxPassword, type SandboxState, writeSandboxState } from './sandbox-folder.ts';
import { initSandbox, sandboxApiUser, sandboxName, sandboxServer } from './sandbox-workspace.ts';
import { signOnVisit, type Visit } from './sign-on-visit.ts';
import { buildStandInImage } from './stand-in-image.ts';
import { sandboxUsers } from './stand-ins/sandbox-users.ts';
import { startStandIns } from './start-stand-ins.ts';

/** How the sandbox shows its work; nothing here prints. */
export type SandboxDisplay = {
  /** Shows steps, then hands their events to `work`. */
  readonly list: <T>(
    steps: readonly { readonly id: string; readonly title: string }[],
    work: (events: DeploymentEvents) => Promise<T>,
  ) => Promise<T>;
  readonly plan: (plan: Plan) => void;
};

export type SandboxUpOptions = {
  readonly engine: Engine;
  readonly folder: string;
  readonly legacyVersion: string;
  readonly display: SandboxDisplay;
  readonly signal: AbortSignal;
};

export type SandboxReport = {
  readonly folder: string;
  readonly gateway: string;
  readonly legacy: string;
  readonly users: readonly { readonly name: string; readonly role: string }[];
  readonly password: string;
  readonly apiUser: string;
  readonly visit: Visit;
};

/** A real init and deploy of the catalogue's `test` server against stand-ins, ended by a sign-on through the gateway. */
export async function sandboxUp(options: SandboxUpOptions): Promise<SandboxReport> {
  const { engine, folder, display, signal } = options;
  const image = await display.list(
    [{ id: 'stand-ins', title: 'Image of the stand-ins (base from Debian packages, once)' }],
    (events) => step(events, 'stand-ins', (line) => buildStandInImage(engine, line, signal)),
  );
  const state = await chooseState(options);
  const { workspace, secrets } = await initSandbox(folder, state, image);
  const id = workspace.config.id ?? '';
  await display.list(
    [{ id: 'legacy', title: `Start the stand-ins of a legacy ${state.legacyVersion} and of SQL Server` }],
    (events) =>
      step(events, 'legacy', (line) => startStandIns(engine, { image, workspace: id, state, progress: line, signal })),
  );
  const context = await openDeployment(engine, {
    config: workspace.config,
    folder,
    name: sandboxServer,
    secrets,
    projectPrefix: 'openimis-sandbox',
  });
  const plan = await display.list([{ id: 'plan', title: `Plan the deploy of server ${sandboxServer}` }], (events) =>
    step(events, 'plan', (progress) => planDeployment(context, { progress, signal })),
  );
  display.plan(plan);
  await display.list(plan.steps, (events) => deploy(context, plan, events, signal).catch(sandboxFailure));
  const gateway = `https://${sandboxName}:${state.ports.https}/`;
  const visit = await display.list(
    [{ id: 'visit', title: 'Log in through the gateway as a browser would' }],
    (events) =>
      step(events, 'visit', async () =>
        signOnVisit(openBrowser(gateway, await certificateOf(context)), {
          user: 'Admin',
          password: state.userPassword,
        }),
      ),
  );
  return {
    folder,
    gateway,
    legacy: `http://localhost:${state.ports.legacy}/`,
    users: sandboxUsers.map(({ loginName, role }) => ({ name: loginName, role })),
    password: state.userPassword,
    apiUser: sandboxApiUser,
    visit,
  };
}

async function step<T>(
  events: DeploymentEvents,
  id: string,
  work: (progress: (line: string) => void) => Promise<T>,
): Promise<T> {
  events.started(id);
  try {
    const result = await work((line) => events.progress(id, line));
    events.done(id);
    return result;
  } catch (error) {
    events.failed(id, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** A deploy's own hints lead to commands of a workspace; the sandbox is none of the operator's. */
function sandboxFailure(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  const hints = [
    'openimis sandbox status',
    'openimis sandbox up    goes on from here',
    'openimis sandbox down  removes it',
  ];
  throw new Failure(error.code, error.message, hints, { cause: error });
}

/** Ports and passwords of an earlier `sandbox up` stay, so that bookmarks and a running sandbox do. */
async function chooseState({ engine, folder, legacyVersion }: SandboxUpOptions): Promise<SandboxState> {
  const before = await readSandboxState(folder);
  const state: SandboxState =
    before === undefined
      ? {
          schema: 1,
          legacyVersion,
          ports: await freePorts(engine),
          userPassword: sandboxPassword(),
          databasePassword: sandboxPassword(),
        }
      : { ...before, legacyVersion };
  await writeSandboxState(folder, state);
  return state;
}

/** The certificate that the gateway made for itself, from inside its container: what the visit trusts, and nothing else. */
async function certificateOf({ engine, server, projectPrefix }: DeploymentContext): Promise<string> {
  const project = `${projectPrefix}-${server.name}`;
  const [gateway] = await engine.containers({
    'com.docker.compose.project': project,
    'com.docker.compose.service': 'gateway',
  });
  if (gateway === undefined) throw new Error(`${project} has no gateway`);
  const { stdout } = await engine.exec(gateway.id, ['cat', '/etc/openimis/secrets/tls/chain.pem'], { timeout: 10 });
  return stdout;
}
