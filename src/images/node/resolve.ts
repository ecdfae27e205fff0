import { Failure } from '../../failure.ts';
import type { LockedAssembly, LockedComponent, LockedModule, LockedPackage } from '../../modules/lock/lock.ts';
import { sealed } from '../../modules/lock/write-lock.ts';
import type { PinSource } from '../../modules/pin-source.ts';
import { assemblyFiles, filesHash } from '../assembly.ts';
import type { AssemblySource, ResolveWish, WishedModule, Workshop } from '../ecosystem.ts';
import { keptRefresh } from '../refresh.ts';
import { npmAccess } from './access.ts';
import { askNode, exportNames, type ResolvedPackage, resolvedSchema } from './answers.ts';
import { assemblyRequest } from './assembly-request.ts';
import { ensureImages, nodeImages } from './tool-images.ts';

/** Chooses every version of a frontend: npm, in the build image. */
export async function resolveNode(wish: ResolveWish, workshop: Workshop): Promise<LockedComponent> {
  const pins = [...wish.modules, ...wish.extra];
  refuseFolders(pins);
  const access = await npmAccess(workshop.env, names(pins, wish.before));
  const { tools } = await nodeImages(wish, workshop);
  await ensureImages([tools], access, workshop);
  const local = await assemblyFiles(wish.assembly, 'assembly');
  const request = { path: 'request.json', content: JSON.stringify(requestOf(wish, workshop.today)) };
  const answer = await askNode(
    'resolve',
    { tools: tools.tag, files: [request, ...local], access, schema: resolvedSchema },
    workshop,
  );
  const chosen = new Map(answer.packages.map((one) => [one.path, one]));
  const exported = exportNames(answer);
  const { before } = wish;
  const packages = answer.packages.map((one) => lockedPackage(one, access.registry));
  requireSameFiles(packages, before, wish.upgrade);
  const scripts = allowedScripts(packages, before?.scripts ?? [], wish.scripts ?? []);
  const locked = sealed({
    input: wish.input,
    lockedAt: workshop.today.toISOString().slice(0, 10),
    ...(wish.asOf === undefined ? {} : { asOf: wish.asOf }),
    assembly: lockedAssembly(wish.assembly, answer.assembly, filesHash(local)),
    runtime: { node: answer.node, npm: answer.npm, ...keptRefresh(before) },
    modules: wish.modules.map((one) => lockedModule(one, chosen, exported)),
    extra: wish.extra.map((one) => lockedModule(one, chosen, exported)),
    packages,
    scripts,
  });
  // Nothing changed: the day stays, so that the file does.
  return before !== undefined && before.content === locked.content && before.input === locked.input ? before : locked;
}

/** Packages that npm would let run a program of their own while they are installed. */
export function scriptsOf(packages: readonly LockedPackage[]): readonly string[] {
  return [...new Set(packages.filter(({ npm }) => npm?.['hasInstallScript'] === true).map(({ name }) => name))].sort();
}

/** What was allowed and is still there, and what is allowed now. Throws USAGE for a package that has no such script. */
export function allowedScripts(
  packages: readonly LockedPackage[],
  before: readonly string[],
  asked: readonly string[],
): readonly string[] {
  const has = scriptsOf(packages);
  const none = asked.find((name) => !has.includes(name));
  if (none !== undefined)
    throw new Failure(
      'USAGE',
      `no package ${JSON.stringify(none.slice(0, 120))} with an install script is in the lock`,
      [has.length === 0 ? 'none has one' : `these have one: ${has.join(', ')}`],
    );
  return has.filter((name) => asked.includes(name) || before.includes(name));
}

function names(pins: readonly WishedModule[], before: LockedComponent | undefined): readonly string[] {
  return [...pins.map((pin) => pin.package), ...(before?.packages ?? []).map(({ name }) => name)];
}

function requestOf(wish: ResolveWish, today: Date): unknown {
  const { before, upgrade, asOf, minAge = 0 } = wish;
  const pins = (list: readonly WishedModule[]): unknown =>
    list.map(({ package: name, source }) => ({ package: name, source }));
  const newest = asOf === undefined ? (minAge > 0 ? daysBefore(today, minAge) : undefined) : `${asOf}T23:59:59Z`;
  return {
    // A step with the same request would be taken from the cache, and registries move.
    at: today.toISOString(),
    modules: pins(wish.modules),
    extra: pins(wish.extra),
    previous: upgrade === 'all' || asOf !== undefined ? [] : previousOf(before, wish),
    upgrade: upgrade === 'all' ? [] : upgrade,
    before: newest,
    assembly: assemblyRequest(wish.assembly),
  };
}

function daysBefore(today: Date, days: number): string {
  return new Date(today.getTime() - days * 24 * 3600 * 1000).toISOString();
}

/** What npm chose before, but for git modules: their commit is looked up anew. */
function previousOf(before: LockedComponent | undefined, wish: ResolveWish): unknown {
  const git = new Set([...wish.modules, ...wish.extra].filter(isGit).map((pin) => pin.package));
  return (before?.packages ?? []).flatMap(({ name, version, path, file, hashes, npm }) =>
    path === undefined || path.startsWith('build/') || file === undefined || git.has(name)
      ? []
      : [{ path, version, url: file, integrity: hashes[0], npm: withoutSize(npm) }],
  );
}

const isGit = ({ source }: { readonly source: PinSource }): boolean => source.kind === 'git';

function withoutSize({ unpackedSize: _size, ...rest }: Readonly<Record<string, unknown>> = {}): unknown {
  return rest;
}

function lockedPackage(one: ResolvedPackage, registry: string): LockedPackage {
  const { path, name, version, url, integrity, git, unpacked } = one;
  const npm = { ...one.npm, ...(unpacked === undefined ? {} : { unpackedSize: unpacked }) };
  const place = { path, ...(Object.keys(npm).length === 0 ? {} : { npm }) };
  if (git !== undefined) {
    const { ref, ...rest } = git;
    return { name, version, source: { ...rest, ...(ref === undefined ? {} : { ref }) }, hashes: [], ...place };
  }
  const address = new URL(url);
  const inIndex = address.pathname.includes(`/${name}/-/`);
  const index = address.host === new URL(registry).host ? registry : `${address.origin}/`;
  return { name, version, source: inIndex ? { index } : { archive: url }, hashes: [integrity!], file: url, ...place };
}

function lockedModule(
  wished: WishedModule,
  chosen: ReadonlyMap<string, ResolvedPackage>,
  exported: ReadonlyMap<string, string>,
): LockedModule {
  const found = chosen.get(`node_modules/${wished.package}`);
  if (found === undefined) throw new Failure('LOCK_IMPOSSIBLE', `npm chose no version of ${wished.package}`);
  return {
    name: exported.get(wished.package) ?? exportName(wished),
    package: wished.package,
    version: found.version,
    ...(found.git === undefined ? {} : { commit: found.git.commit }),
    // Without the line, which moves.
    origin: wished.origin.replace(/:\d+(:\d+)?$/, ''),
    asked: wished.spec,
  };
}

/** Upstream's habit: `@openimis/fe-claim_batch` exports ClaimBatchModule. */
function exportName({ name, package: whole }: WishedModule): string {
  if (/^[A-Z]\w*$/.test(name)) return name;
  const words = whole.replace(/^.*\/(fe-)?/, '').split(/[^A-Za-z0-9]+/);
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Module`;
}

function lockedAssembly(
  source: AssemblySource,
  answer: { readonly commit?: string | undefined; readonly hash?: string | undefined },
  localHash: string,
): LockedAssembly {
  if (source.kind === 'git') {
    const commit = source.commit ?? answer.commit!;
    return { git: source.url, ...(source.ref === undefined ? {} : { ref: source.ref }), commit };
  }
  if (source.kind === 'folder') return { path: source.written, hash: localHash };
  return source.written === undefined
    ? { archive: source.archive, hash: answer.hash! }
    : { path: source.written, hash: localHash };
}

/** One version of one package is one file for ever; another one is refused unless it was asked for by name. */
export function requireSameFiles(
  packages: readonly LockedPackage[],
  before: LockedComponent | undefined,
  upgrade: ResolveWish['upgrade'],
): void {
  const known = new Map((before?.packages ?? []).map((one) => [`${one.name}@${one.version}`, one]));
  const other = packages.find((one) => {
    const old = known.get(`${one.name}@${one.version}`);
    const asked = upgrade !== 'all' && upgrade.includes(one.name);
    return old !== undefined && !asked && old.hashes[0] !== one.hashes[0];
  });
  if (other === undefined) return;
  throw new Failure(
    'LOCK_HASH_CHANGED',
    `${other.name} ${other.version} is another file than the one that was locked:\n  locked ${known.get(`${other.name}@${other.version}`)!.hashes[0] ?? 'a commit'}\n  now    ${other.hashes[0] ?? 'a commit'}`,
    [`ask who runs the registry; if the new file is right: openimis versions lock SERVER --upgrade ${other.name}`],
  );
}

/** A folder of this machine is no version: nobody else could build the same. */
function refuseFolders(pins: readonly WishedModule[]): void {
  const folder = pins.find(({ source }) => source.kind === 'path');
  if (folder === undefined) return;
  throw new Failure(
    'LOCK_IMPOSSIBLE',
    `${folder.package} is pinned to a folder (${folder.origin}), which is no version`,
    ['push it to a git repository and pin git+https://…#COMMIT'],
  );
}
