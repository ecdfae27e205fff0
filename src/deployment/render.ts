import { createHash } from 'node:crypto';

import { imageBuild } from '../rendering/images.ts';
import { renderStack } from '../rendering/render-stack.ts';
import type { RenderedFile, RenderedStack } from '../rendering/rendered.ts';
import type { Templates } from '../rendering/templates/load.ts';
import type { ImageBuild } from '../engines/engine.ts';
import { baseModules, effectiveExtra, effectivePins, type Pin, pinsHash } from '../modules/pins.ts';
import type { Release } from '../modules/release.ts';
import { candidateSubnets } from '../stack/addresses.ts';
import { buildStack, type StackInputs } from '../stack/build-stack.ts';
import { label } from '../stack/labels.ts';
import type { ProjectPrefix } from '../stack/names.ts';
import type { Stack } from '../stack/stack.ts';
import { gatewayKeysHash, gatewayOnlyHash, secretsHash } from '../workspace/secrets.ts';
import {
  type ComponentName,
  componentNames,
  pinnedComponents,
  type Secrets,
  type Server,
} from '../workspace/server.ts';

export type ImageReferences = StackInputs['images'];

export type RenderInput = {
  readonly server: Server;
  /** The upstream release that `server.release` names. */
  readonly release?: Release;
  readonly workspace: string;
  readonly projectPrefix: ProjectPrefix;
  readonly templates: Templates;
  readonly revision: number;
  readonly subnet: string;
  readonly images: ImageReferences;
  /** Undefined: not known yet, as when only files are wanted. */
  readonly secrets?: Secrets;
};

export type RenderedServer = {
  readonly stack: Stack;
  readonly rendered: RenderedStack;
  readonly pins: readonly Pin[];
  /** Name of the version folder in the gateway's volume, `<files>-<keys>-<API users>`: changes with each of them. */
  readonly gatewayVersion: string;
};

const noSecrets = '0'.repeat(16);

/** Server -> Stack -> rendered files, in memory. */
export function renderServer(input: RenderInput): RenderedServer {
  const { server, workspace, revision, projectPrefix, subnet, images } = input;
  const pins = pinsOf(server, input.release);
  const stack = buildStack(server, {
    workspace,
    revision,
    projectPrefix,
    subnet,
    images,
    sandbox: projectPrefix === 'openimis-sandbox',
    secretsHash: input.secrets === undefined ? noSecrets : secretsHash(input.secrets),
    pinsHash: pinsHash(pins),
  });
  const rendered = renderStack(stack, input.templates);
  const parts =
    input.secrets === undefined ? [noSecrets] : [gatewayKeysHash(input.secrets), gatewayOnlyHash(input.secrets)];
  return { stack, rendered, pins, gatewayVersion: [filesHash(rendered.gateway), ...parts].join('-') };
}

/** What `openimis render` writes: no engine is asked, nothing is built, no secret is needed. */
export function renderFiles(input: Omit<RenderInput, 'revision' | 'subnet' | 'images'>): readonly RenderedFile[] {
  const { rendered } = renderServer({
    ...input,
    revision: 1,
    subnet: input.server.subnet ?? firstCandidate(input.server.name),
    images: { ...laterReferences(input), ...ownReferences(input.templates, usualBase), ...givenImages(input.server) },
  });
  return [
    { path: 'base/compose.yaml', content: rendered.base.compose },
    { path: 'revision/compose.yaml', content: rendered.current.compose },
    ...rendered.gateway.map((file) => ({ ...file, path: `gateway/${file.path}` })),
  ];
}

/** Modules and extra packages of every component that is deployed. */
function pinsOf(server: Server, release: Release | undefined): readonly Pin[] {
  return pinnedComponents
    .filter((component) => server.components[component] !== undefined)
    .flatMap((component) => {
      const modules = effectivePins(component, baseModules(release, component), server.pins[component]);
      return [...modules, ...effectiveExtra(component, server.extra[component], modules)];
    });
}

/** The base that a box with a container registry uses. */
export const usualBase = 'debian:trixie-slim';

function firstCandidate(server: string): string {
  const [first] = candidateSubnets(server, []);
  if (first === undefined) throw new Error('there is no candidate subnet');
  return first;
}

/** Names for images that nobody has named: those that building them from the pins will give. */
function laterReferences({
  server,
  release,
}: Pick<RenderInput, 'server' | 'release'>): Partial<Record<ComponentName, string>> {
  const hash = pinsHash(pinsOf(server, release));
  return Object.fromEntries(
    componentNames.map((name) => [name, `openimis-${name === 'worker' ? 'backend' : name}:${hash}`]),
  );
}

/** Image references that `openimis.yaml` gives; the worker runs the backend's unless it has its own. */
export function givenImages(server: Server): Readonly<Partial<Record<ComponentName, string>>> {
  const images: Partial<Record<ComponentName, string>> = {};
  for (const component of componentNames) {
    const settings = server.components[component];
    if (settings === undefined) continue;
    const { backend, ibackend } = server.components;
    const image = settings.image ?? (component === 'worker' ? (backend?.image ?? ibackend?.image) : undefined);
    if (image !== undefined) images[component] = image;
  }
  return images;
}

export type OwnImage = 'gateway' | 'rabbitmq';
export const ownImageNames = ['gateway', 'rabbitmq'] as const satisfies readonly OwnImage[];

/** Build of an image of ours; shared by all servers of an engine, so it belongs to no workspace. */
export function ownImage(name: OwnImage, base: string, templates: Templates): ImageBuild {
  return imageBuild(name, base, templates, { [label.component]: name });
}

export function ownReferences(
  templates: Templates,
  base: string,
): { readonly gateway: string; readonly rabbitmq: string } {
  return { gateway: ownImage('gateway', base, templates).tag, rabbitmq: ownImage('rabbitmq', base, templates).tag };
}

function filesHash(files: readonly RenderedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path.length}:${path}:${content.length}:${content}`);
  return hash.digest('hex').slice(0, 16);
}
