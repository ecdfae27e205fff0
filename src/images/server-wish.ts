import { Failure } from '../failure.ts';
import { inputHash } from '../modules/lock/hashes.ts';
import { moduleName, readPin } from '../modules/pin-set.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { baseModules, effectiveExtra, effectivePins, type Pin } from '../modules/pins.ts';
import type { Generation } from '../modules/generation.ts';
import type { Release } from '../modules/release.ts';
import { assemblySetting } from '../workspace/image-schema.ts';
import type { ServerConfig } from '../workspace/schema.ts';
import { readAssembly } from './assembly.ts';
import type { AssemblySource, OdbcDriver, WishedModule } from './ecosystem.ts';

/** What openimis.yaml and the release say about one component: everything that it is locked and built from. */
export type ComponentWish = {
  readonly component: PinComponent;
  readonly generation: Generation;
  readonly modules: readonly WishedModule[];
  readonly extra: readonly WishedModule[];
  readonly assembly: AssemblySource;
  readonly base?: string;
  readonly odbc?: OdbcDriver;
  readonly input: string;
};

const repositories = {
  backend: 'https://github.com/openimis/openimis-be_py.git',
  frontend: 'https://github.com/openimis/openimis-fe_js.git',
} as const;

export type WishSource = {
  readonly name: string;
  readonly server: Pick<ServerConfig, 'assembly' | 'images' | 'odbc' | 'pins' | 'extra'>;
  readonly generation: Generation;
  readonly release?: Release;
  readonly workspaceFolder: string;
};

/** Throws WORKSPACE_INVALID for pins and sources that cannot be read, SERVER_INCOMPLETE without an assembly or a choice of driver. */
export async function componentWish(component: PinComponent, source: WishSource): Promise<ComponentWish> {
  const { name, server, generation, release, workspaceFolder } = source;
  const kind = component === 'frontend' ? 'frontend' : 'backend';
  const pins = effectivePins(component, baseModules(release, component), server.pins?.[component]);
  const extra = effectiveExtra(component, server.extra?.[component], pins);
  if (pins.length === 0)
    throw new Failure('SERVER_INCOMPLETE', `${component} of ${name} has no pins: there is nothing to build it from`, [
      `release: or pins.${component}: in openimis.yaml`,
      `openimis versions import ${name} FILE`,
    ]);
  const written = assemblySetting(server.assembly, kind);
  const assembly =
    written === undefined ? releaseAssembly(name, kind, release) : await readAssembly(written, workspaceFolder);
  const base = server.images?.base?.[kind];
  const odbc = kind === 'backend' ? driver(name, server) : undefined;
  return {
    component,
    generation,
    modules: pins.map(wished),
    extra: extra.map(wished),
    assembly,
    ...(base === undefined ? {} : { base }),
    ...(odbc === undefined ? {} : { odbc }),
    input: inputHash({
      component,
      generation,
      assembly: written ?? JSON.stringify(assembly),
      ...(base === undefined ? {} : { base }),
      ...(odbc === undefined ? {} : { odbc }),
      modules: pins,
      extra,
    }),
  };
}

const wished = (pin: Pin): WishedModule => ({
  ...readPin(pin),
  name: pin.name ?? moduleName(pin.component, pin.package),
});

function releaseAssembly(name: string, kind: 'backend' | 'frontend', release: Release | undefined): AssemblySource {
  const at = release?.[kind];
  if (at !== undefined) return { kind: 'git', url: repositories[kind], ref: at.ref, commit: at.commit };
  throw new Failure(
    'SERVER_INCOMPLETE',
    `server ${name} does not say where the assembly (${kind === 'backend' ? 'openimis-be_py' : 'openimis-fe_js'}) comes from`,
    [
      `servers.${name}.assembly: { ${kind}: ${repositories[kind]}@TAG } in openimis.yaml; a folder or an archive will do too`,
    ],
  );
}

/** Nobody gets Microsoft's driver without having accepted its licence, and nobody a backend without any driver by mistake. */
function driver(name: string, { odbc }: WishSource['server']): OdbcDriver {
  if (odbc !== undefined) return odbc.driver;
  throw new Failure(
    'SERVER_INCOMPLETE',
    `server ${name} does not say by which ODBC driver its backends reach SQL Server`,
    [
      `servers.${name}.odbc: { driver: freetds }    free software`,
      `servers.${name}.odbc: { driver: microsoft, licenceAccepted: YYYY-MM-DD }    what upstream uses; licence: https://aka.ms/odbc17eula`,
    ],
  );
}
