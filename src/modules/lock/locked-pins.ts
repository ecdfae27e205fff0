import { type PinComponent, normalisePythonName } from '../package-name.ts';
import { moduleName, pinComponents, type PinnedModule, type PinSet } from '../pin-set.ts';
import type { PinSource } from '../pin-source.ts';
import type { LockedComponent, LockedModule, LockFile } from './lock.ts';

/** What one server of a lock file pins. Undefined: it has no such server. */
export function lockedPins(lock: LockFile, server: string, name: string): PinSet | undefined {
  if (!Object.hasOwn(lock.servers, server)) return undefined;
  const locked = lock.servers[server]!.components;
  const components: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  const extra: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  for (const component of pinComponents) {
    const one = locked[component];
    if (one === undefined) continue;
    components[component] = one.modules.map((module) => pinned(component, one, module, name));
    if (one.extra.length > 0) extra[component] = one.extra.map((module) => pinned(component, one, module, name));
  }
  return { name, components, extra };
}

function pinned(component: PinComponent, locked: LockedComponent, module: LockedModule, file: string): PinnedModule {
  const { package: name, asked, origin } = module;
  const source = sourceOf(component, locked, module);
  return { package: name, module: moduleName(component, name), source, spec: asked, origin: `${file}: ${origin}` };
}

/** The exact thing: a version of the index, or the commit that a branch or tag was. */
function sourceOf(component: PinComponent, { packages }: LockedComponent, module: LockedModule): PinSource {
  const isIt = (name: string): boolean =>
    component === 'frontend' ? name === module.package : normalisePythonName(name) === module.package;
  const found =
    packages.find(({ name, version }) => isIt(name) && version === module.version) ??
    packages.find(({ name }) => isIt(name));
  if (found !== undefined && 'git' in found.source)
    return { kind: 'git', url: found.source.git, ref: found.source.commit };
  if (found !== undefined && 'archive' in found.source) return { kind: 'archive', url: found.source.archive };
  return { kind: 'version', version: module.version };
}
