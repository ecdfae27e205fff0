import type { LockedAssembly, LockedComponent, LockedModule, LockedPackage } from '../../modules/lock/lock.ts';
import { sealed } from '../../modules/lock/write-lock.ts';
import { normalisePythonName } from '../../modules/package-name.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import { Failure } from '../../failure.ts';
import { assemblyFiles, filesHash } from '../assembly.ts';
import type { AssemblySource, ResolveWish, WishedModule, Workshop } from '../ecosystem.ts';
import { keptRefresh } from '../refresh.ts';
import { buildSecrets } from './access.ts';
import { askInBuild, type ResolvedPackage, resolvedSchema } from './answers.ts';
import { pythonFacts } from './generations.ts';
import { toolImages } from './tool-images.ts';

/** Chooses every version of a backend: uv, in the build image, for its Python and platform. */
export async function resolvePython(wish: ResolveWish, workshop: Workshop): Promise<LockedComponent> {
  refuseFolders([...wish.modules, ...wish.extra]);
  const secrets = await buildSecrets(workshop.env);
  const images = await toolImages(wish, workshop, secrets);
  const local = await assemblyFiles(wish.assembly, 'assembly');
  const request: RenderedFile = { path: 'request.json', content: JSON.stringify(requestOf(wish, workshop)) };
  const answer = await askInBuild(
    'resolve',
    { tools: images.tools, files: [request, ...local], secrets, schema: resolvedSchema },
    workshop,
  );
  const { architecture } = await workshop.engine.info();
  const { before } = wish;
  const chosen = new Map(answer.packages.map((one) => [normalisePythonName(one.name), one]));
  const locked = sealed({
    input: wish.input,
    lockedAt: day(workshop.today),
    ...(wish.asOf === undefined ? {} : { asOf: wish.asOf }),
    assembly: lockedAssembly(wish.assembly, answer.assembly, filesHash(local)),
    runtime: {
      python: answer.python,
      platform: platforms[architecture] ?? `linux/${architecture}`,
      base: images.base,
      odbc: wish.odbc ?? 'none',
      ...keptRefresh(before),
    },
    modules: wish.modules.map((one) => lockedModule(one, chosen)),
    extra: wish.extra.map((one) => lockedModule(one, chosen)),
    packages: answer.packages.map(lockedPackage),
    build: answer.build.map(lockedPackage),
  });
  // Nothing changed: the day stays, so that the file does.
  return before !== undefined && before.content === locked.content && before.input === locked.input ? before : locked;
}

const platforms: Readonly<Record<string, string>> = { x86_64: 'linux/amd64', aarch64: 'linux/arm64' };
const day = (date: Date): string => date.toISOString().slice(0, 10);

function requestOf(wish: ResolveWish, { today }: Workshop): unknown {
  const { before, upgrade, asOf, minAge = 0 } = wish;
  const pins = (list: readonly WishedModule[]): unknown =>
    list.map(({ package: name, source }) => ({ package: name, source }));
  const excludeNewer = asOf === undefined ? (minAge > 0 ? daysBefore(today, minAge) : undefined) : `${asOf}T23:59:59Z`;
  const extra = new Set(wish.extra.map((one) => normalisePythonName(one.package)));
  return {
    // A step with the same request would be taken from the cache, and registries move.
    at: today.toISOString(),
    modules: pins(wish.modules),
    extra: pins(wish.extra),
    constraints: pythonFacts(wish.generation).constraints.filter((one) => !extra.has(/^[\w.-]+/.exec(one)?.[0] ?? '')),
    previous: previousOf(before?.packages, before, asOf === undefined),
    previousBuild: previousOf(before?.build, before, asOf === undefined),
    upgrade: upgrade === 'all' ? 'all' : upgrade.map(normalisePythonName),
    excludeNewer,
    asOf,
    assembly: assemblyRequest(wish.assembly),
  };
}

function daysBefore(today: Date, days: number): string {
  return new Date(today.getTime() - days * 24 * 3600 * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** What was locked was on its index by the end of that day, whatever age new versions must have. */
function previousOf(list: readonly LockedPackage[] = [], before: LockedComponent | undefined, keep: boolean): unknown {
  return list.flatMap(({ name, version, source, file, hashes }) =>
    'index' in source && file !== undefined
      ? [
          {
            name: normalisePythonName(name),
            version,
            index: source.index,
            file: decodeURIComponent(new URL(file).pathname.split('/').at(-1)!),
            sha256: hashes[0]?.replace(/^sha256:/, ''),
            ...(keep ? { until: `${before!.lockedAt}T23:59:59Z` } : {}),
          },
        ]
      : [],
  );
}

function assemblyRequest(source: AssemblySource): unknown {
  switch (source.kind) {
    case 'git':
      return { git: source.url, ref: source.ref, commit: source.commit };
    case 'archive':
      return source.written === undefined ? { archive: source.archive } : { local: true };
    case 'folder':
      return { local: true };
  }
}

function lockedAssembly(
  source: AssemblySource,
  answer: { readonly commit?: string | undefined; readonly hash?: string | undefined },
  localHash: string,
): LockedAssembly {
  switch (source.kind) {
    case 'git':
      return {
        git: source.url,
        ...(source.ref === undefined ? {} : { ref: source.ref }),
        commit: source.commit ?? answer.commit!,
      };
    case 'folder':
      return { path: source.written, hash: localHash };
    case 'archive':
      return source.written === undefined
        ? { archive: source.archive, hash: answer.hash! }
        : { path: source.written, hash: localHash };
  }
}

function lockedModule(wished: WishedModule, chosen: ReadonlyMap<string, ResolvedPackage>): LockedModule {
  const found = chosen.get(normalisePythonName(wished.package));
  if (found === undefined)
    throw new Failure('LOCK_IMPOSSIBLE', `uv chose no version of ${wished.package}: nothing on this platform needs it`);
  return {
    name: wished.name,
    package: wished.package,
    version: found.version,
    ...(found.commit === undefined ? {} : { commit: found.commit.commit }),
    // Without the line, which moves.
    origin: wished.origin.replace(/:\d+(:\d+)?$/, ''),
    asked: wished.spec,
  };
}

function lockedPackage({ name, version, index, archive, commit, file, sha256, size }: ResolvedPackage): LockedPackage {
  const ref = commit?.ref;
  const source =
    commit === undefined
      ? archive === undefined
        ? { index: index! }
        : { archive }
      : { git: commit.git, ...(ref === null || ref === undefined ? {} : { ref }), commit: commit.commit };
  return {
    name,
    version,
    source,
    hashes: sha256 === undefined ? [] : [`sha256:${sha256}`],
    ...(file === undefined ? {} : { file }),
    ...(size === null || size === undefined ? {} : { size }),
  };
}

/** A folder of this machine is no version: nobody else could build the same. */
function refuseFolders(modules: readonly WishedModule[]): void {
  const folder = modules.find(({ source }) => source.kind === 'path');
  if (folder === undefined) return;
  throw new Failure(
    'LOCK_IMPOSSIBLE',
    `${folder.package} is pinned to a folder (${folder.origin}), which is no version`,
    ['push it to a git repository and pin git+https://…@COMMIT'],
  );
}
