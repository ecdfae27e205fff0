import { packageKey, type PinComponent } from '../modules/package-name.ts';
import { pinComponents, type PinnedModule, type PinSet, readPin } from '../modules/pin-set.ts';
import { baseModules, effectiveExtra, effectivePins, type Pin } from '../modules/pins.ts';
import type { Release } from '../modules/release.ts';
import { releaseGeneration } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { defaultComponents } from '../workspace/complete.ts';
import { findServer } from '../workspace/parse.ts';
import type { ServerConfig } from '../workspace/schema.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import { type Workspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { readYaml } from '../workspace/yaml-source.ts';

/** Components of a server that have modules of their own, as it is written (values may still be missing). */
export function pinnedComponentsOf(server: ServerConfig): readonly PinComponent[] {
  const generation = server.release === undefined ? server.generation : releaseGeneration(server.release);
  const has = server.components ?? (generation === undefined ? {} : defaultComponents(generation));
  return pinComponents.filter((component) => has[component] !== undefined);
}

/** The release that a server names; none for 0.0.x pins. */
export async function releaseOfServer(server: ServerConfig): Promise<Release | undefined> {
  return server.release === undefined ? undefined : loadRelease(packageRoot(), server.release);
}

/** Pins of a server of openimis.yaml, each with the line that it stands in. Throws SERVER_UNKNOWN, WORKSPACE_INVALID. */
export async function serverPins(workspace: Workspace, name: string): Promise<PinSet> {
  const server = findServer(workspace.config, name);
  const release = await releaseOfServer(server);
  const source = readYaml(workspace.text);
  const placed = (pin: Pin): PinnedModule => {
    const key = pin.extra === true ? 'extra' : 'pins';
    const written = Object.keys(server[key]?.[pin.component] ?? {}).find(
      (own) => packageKey(pin.component, own) === pin.package,
    );
    const line =
      pin.origin === workspaceFile && written !== undefined
        ? `:${source.locate(['servers', name, key, pin.component, written]).keyLine}`
        : '';
    return readPin({ ...pin, origin: pin.origin + line });
  };
  const components: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  const extra: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  for (const component of pinnedComponentsOf(server)) {
    const modules = effectivePins(component, baseModules(release, component), server.pins?.[component]);
    const more = effectiveExtra(component, server.extra?.[component], modules);
    components[component] = modules.map(placed);
    if (more.length > 0) extra[component] = more.map(placed);
  }
  return { name, components, extra };
}
