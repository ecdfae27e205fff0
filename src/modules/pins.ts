import { createHash } from 'node:crypto';

import { Failure } from '../failure.ts';
import type { Hotfix, OwnPin } from './hotfix.ts';
import { packageKey, type PinComponent } from './package-name.ts';
import type { Release, ReleaseModule } from './release.ts';

/** One module of one component, and which version of it. */
export type Pin = {
  readonly component: PinComponent;
  /** npm: case-exact. PyPI: PEP 503 normalised. */
  readonly package: string;
  /** Django app or export name, where the release says it. */
  readonly name?: string;
  /** PEP 440 specifier (`==1.0.4`), npm range (`1.0.0`), or a git URL as pip (`@ref`) and npm (`#ref`) take it. */
  readonly spec: string;
  /** Where the pin comes from, for people: `release 1.1.0` or `openimis.yaml`. */
  readonly origin: string;
  readonly hotfix?: Hotfix;
  /** A package that modules import without declaring it: no module itself. */
  readonly extra?: true;
};

/** As written in openimis.yaml; `null` removes a module of the release. */
export type OwnPins = Readonly<Record<string, OwnPin | null>>;
export type OwnExtra = Readonly<Record<string, OwnPin>>;
export type BaseModules = { readonly release: string; readonly modules: readonly ReleaseModule[] };

/** The base set of a component: `ibackend` has the backend's modules. Undefined where the release has none. */
export function baseModules(release: Release | undefined, component: PinComponent): BaseModules | undefined {
  const assembly = component === 'frontend' ? release?.frontend : release?.backend;
  return release === undefined || assembly === undefined
    ? undefined
    : { release: release.name, modules: assembly.modules };
}

/**
 * The release's modules in their order with a server's own pins over them: a value replaces or adds, `null` removes.
 * Without `base` (0.0.x pins belong to no release) only the own pins count. Throws WORKSPACE_INVALID when `null` removes
 * what is not there.
 */
export function effectivePins(
  component: PinComponent,
  base: BaseModules | undefined,
  own: OwnPins = {},
): readonly Pin[] {
  const pins = new Map<string, Pin>();
  for (const one of base?.modules ?? []) {
    const key = packageKey(component, one.package);
    const spec = one.spec ?? gitSpec(component, one.git ?? '', one.ref ?? '');
    pins.set(key, { component, package: key, name: one.name, spec, origin: `release ${base!.release}` });
  }
  for (const [written, value] of Object.entries(own)) {
    const key = packageKey(component, written);
    const before = pins.get(key);
    if (value !== null) {
      const name = before?.name === undefined ? {} : { name: before.name };
      pins.set(key, { component, package: key, ...name, ...ownPin(component, value) });
    } else if (!pins.delete(key)) {
      const where =
        base === undefined ? 'there is no release to remove it from' : `release ${base.release} does not have it`;
      throw new Failure('WORKSPACE_INVALID', `pins.${component} removes ${written}, but ${where}`, [
        `remove the line from openimis.yaml`,
      ]);
    }
  }
  return [...pins.values()];
}

/**
 * A server's extra packages in their order. Throws WORKSPACE_INVALID for one that is among the `modules` already.
 */
export function effectiveExtra(
  component: PinComponent,
  own: OwnExtra = {},
  modules: readonly Pin[] = [],
): readonly Pin[] {
  return Object.entries(own).map(([written, value]) => {
    const key = packageKey(component, written);
    const twice = modules.find((pin) => pin.package === key);
    if (twice !== undefined)
      throw new Failure(
        'WORKSPACE_INVALID',
        `extra.${component} has ${written}, which is a module already (${twice.origin})`,
        [`to give the module another version write it into pins.${component}`],
      );
    return { component, package: key, ...ownPin(component, value), extra: true };
  });
}

function ownPin(component: PinComponent, value: OwnPin): Pick<Pin, 'spec' | 'origin' | 'hotfix'> {
  const origin = 'openimis.yaml';
  if (typeof value === 'string') return { spec: ownSpec(component, value), origin };
  const { pin, reason, until } = value;
  return { spec: ownSpec(component, pin), origin, hotfix: { reason, until } };
}

const gitSpec = (component: PinComponent, git: string, ref: string) =>
  `git+${git}${component === 'frontend' ? '#' : '@'}${ref}`;

/** A bare version of a PyPI package is an exact one (`v1.6.0` is `1.6.0`, PEP 440); everything else is kept. */
function ownSpec(component: PinComponent, value: string): string {
  const bare = component === 'frontend' ? undefined : /^(?:==?)?\s*v?(\d[A-Za-z0-9.!+_-]*)$/.exec(value.trim());
  return bare?.[1] === undefined ? value : `==${bare[1]}`;
}

/** 16 hex characters over pins of any number of components, whatever their order and origin. */
export function pinsHash(pins: readonly Pin[]): string {
  const lines = pins.map(({ component, package: name, spec, extra }) =>
    JSON.stringify([component, name, spec, ...(extra === undefined ? [] : ['extra'])]),
  );
  return createHash('sha256')
    .update([...new Set(lines)].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);
}
