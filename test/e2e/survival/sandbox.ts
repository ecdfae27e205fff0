import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { ownImage, ownImageNames } from '../../../src/deployment/render.ts';
import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';
import { hiddenFields } from '../../../src/sandbox/browser.ts';
import { sandboxFolder } from '../../../src/sandbox/sandbox-folder.ts';
import { sandboxServer } from '../../../src/sandbox/sandbox-workspace.ts';
import { buildStandInImage } from '../../../src/sandbox/stand-in-image.ts';
import { addServer, setValue } from '../../../src/workspace/edit.ts';
import { loadCatalogue } from '../../../src/workspace/store/catalogue-store.ts';
import { createWorkspace, saveWorkspaceText } from '../../../src/workspace/store/workspace-store.ts';
import { type PrivateEngine, startPrivateEngine } from '../../support/private-engine.ts';

/** The sandbox on an engine of its own, made by the built program as an operator would. */
export type Sandbox = {
  readonly engine: PrivateEngine;
  readonly report: {
    readonly gateway: string;
    readonly legacy: string;
    readonly folder: string;
    readonly password: string;
    readonly apiUser: string;
    readonly visit: { readonly signedOnAs: string };
  };
  /** The stand-ins' image, for containers of the tests. */
  readonly image: string;
  readonly docker: (...argv: readonly string[]) => Promise<string>;
  /** Names of the containers, running or not. */
  readonly containers: () => Promise<readonly string[]>;
  /** A browser without any cookie yet. */
  readonly visitor: () => Visitor;
  /** Address of the engine's own bridge, by which containers reach this box. */
  readonly bridge: string;
};

/** `status` 0: no answer at all. */
export type Page = { readonly status: number; readonly location: string; readonly body: string };
export type Visitor = {
  get(path: string, ...options: readonly string[]): Promise<Page>;
  /** Opens the login page and sends its form; the answer to that. */
  logIn(user: string): Promise<Page>;
  /** Whom ibackend sees; undefined: nobody. */
  who(): Promise<string | undefined>;
};

export const standIns = ['openimis-sandbox-legacy-site-1', 'openimis-sandbox-sql-server-1'] as const;
export const gateway = 'openimis-sandbox-test-gateway-1';
export const currentUser = 'core/users/current_user/';

export async function startSandbox(): Promise<Sandbox> {
  const images = await buildImages();
  const engine = await startPrivateEngine();
  try {
    await engine.load(Object.values(images));
    await prepareWorkspace(sandboxFolder({ XDG_STATE_HOME: engine.folder }));
    const command = [process.execPath, join(packageRoot(), 'bin/run.js'), 'sandbox', 'up', '--yes', '--json'];
    const { stdout } = await engine.run(command, { env: { XDG_STATE_HOME: engine.folder }, timeout: 300 });
    const { report } = (JSON.parse(stdout) as { readonly data: { readonly report: Sandbox['report'] } }).data;
    const docker: Sandbox['docker'] = async (...argv) => (await engine.run(['docker', ...argv])).stdout;
    return {
      engine,
      report,
      image: images.standIn,
      bridge: await bridgeAddress(engine),
      docker,
      containers: async () => (await docker('ps', '--all', '--format', '{{.Names}}')).split('\n').sort(),
      visitor: () => openVisitor(engine, report),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * The sandbox's own server, but of generation 1.1, the first with a health page that writes into the database: `sandbox up`
 * keeps what is in its workspace.
 */
async function prepareWorkspace(folder: string): Promise<void> {
  const workspace = await createWorkspace(folder);
  const template = (await loadCatalogue(packageRoot())).get(sandboxServer);
  if (template === undefined) throw new Error(`the catalogue has no server ${sandboxServer}`);
  const text = addServer(workspace.text, sandboxServer, template.body);
  await saveWorkspaceText(workspace, setValue(text, ['servers', sandboxServer, 'generation'], '1.1'));
}

async function bridgeAddress(engine: PrivateEngine): Promise<string> {
  const { stdout } = await engine.run(['ip', '-json', '-family', 'inet', 'address', 'show', 'dev', 'docker0']);
  const [link] = JSON.parse(stdout) as readonly { readonly addr_info: readonly { readonly local: string }[] }[];
  const address = link?.addr_info[0]?.local;
  if (address === undefined) throw new Error(`docker0 has no address: ${stdout}`);
  return address;
}

/** Where packages can be had: on this machine's engine, by the product's own code. Found again by their content. */
async function buildImages(): Promise<{ readonly standIn: string } & Readonly<Record<string, string>>> {
  const engine = await createDockerEngine();
  try {
    const base = await engine.baseImage();
    const templates = await loadTemplates(packageRoot(), ['images']);
    const own = ownImageNames.map((name) => ownImage(name, base, templates));
    for (const image of own) await engine.buildImage(image);
    const standIn = await buildStandInImage(engine, () => {}, new AbortController().signal);
    return { base, standIn, ...Object.fromEntries(own.map(({ tag }) => [tag, tag])) };
  } finally {
    await engine.close();
  }
}

function openVisitor(engine: PrivateEngine, report: Sandbox['report']): Visitor {
  const cookies = join(engine.folder, `cookies-${randomUUID()}`);
  const mark = '\n--answer-- ';
  const ask = async (path: string, options: readonly string[]): Promise<Page> => {
    const { code, stdout } = await engine.run(
      [
        ...['curl', '--silent', '--insecure', '--noproxy', '*', '--max-time', '10'],
        ...['--cookie', cookies, '--cookie-jar', cookies, '--write-out', `${mark}%{http_code} %{redirect_url}`],
        ...options,
        new URL(path, report.gateway).href,
      ],
      { mayFail: true },
    );
    const end = stdout.lastIndexOf(mark);
    const [status = '', location = ''] = stdout.slice(end + mark.length).split(' ');
    return { status: code === 0 ? Number(status) : 0, location, body: stdout.slice(0, end) };
  };
  return {
    get: (path, ...options) => ask(path, options),
    logIn: async (user) => {
      const form = await ask('/', []);
      const fields = {
        ...hiddenFields(form.body),
        txtUserName: user,
        txtPassword: report.password,
        btnLogin: 'Login',
      };
      return ask(
        '/',
        Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]),
      );
    },
    who: async () => {
      const { status, body } = await ask(`/iapi/${currentUser}`, []);
      return status === 200 ? (JSON.parse(body) as { readonly username: string }).username : undefined;
    },
  };
}

export type Routes = 'legacy' | 'front' | 'iapi' | 'api';

/** Which routes really serve a signed-on visitor. The legacy is asked last: it can only be seen later than it was there. */
export async function servingRoutes({ visitor, report }: Sandbox, signedOn: Visitor): Promise<ReadonlySet<Routes>> {
  const basic = ['--user', `${report.apiUser}:${report.password}`];
  const front = await signedOn.get('/front/');
  const iapi = await signedOn.who();
  const api = await visitor().get('/api/core/users/current_user/', ...basic);
  const legacy = await visitor().get('/');
  const serving: Readonly<Record<Routes, boolean>> = {
    legacy: legacy.status === 200 && legacy.body.includes('txtUserName'),
    front: front.status === 200,
    iapi: iapi !== undefined,
    api: api.status === 200 && api.body.includes(report.apiUser),
  };
  return new Set((Object.keys(serving) as Routes[]).filter((route) => serving[route]));
}
