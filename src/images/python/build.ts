import type { LockedComponent, LockedPackage } from '../../modules/lock/lock.ts';
import { normalisePythonName } from '../../modules/package-name.ts';
import { namedBuild, type RenderedImage, templateFiles } from '../../rendering/images.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import { assemblyFiles, requireSame } from '../assembly.ts';
import type { AssemblySource, BuildWish, BuiltImage, Workshop } from '../ecosystem.ts';
import { refreshOf } from '../refresh.ts';
import { imageLabel, pinsLabel } from '../image-labels.ts';
import { buildSecrets } from './access.ts';
import { askInBuild, fetchedSchema } from './answers.ts';
import { explainBuild } from './explain-build.ts';
import { pythonFacts } from './generations.ts';
import { describeToolImages, toolImages } from './tool-images.ts';

/** The image of a locked backend: same lock, base and templates, same tag. */
export async function pythonImage(
  locked: LockedComponent,
  wish: BuildWish,
  workshop: Workshop,
): Promise<RenderedImage & { readonly network: 'none' }> {
  const { runtime, tools } = await describeToolImages(
    { ...wish, odbc: odbcOf(locked), ...refreshOf(locked) },
    workshop,
  );
  const local = await assemblyFiles(wish.assembly, 'assembly');
  requireSame(locked.assembly, local);
  const { environment } = pythonFacts(wish.generation);
  const [modules, dependencies] = groups(locked);
  const file = (path: string, value: unknown): RenderedFile => ({
    path,
    content: `${JSON.stringify(value, null, 1)}\n`,
  });
  const build = (locked.build ?? []).map(entry);
  const image = namedBuild(
    'openimis-backend',
    [
      ...templateFiles(workshop.templates, 'images/backend/application/'),
      file('dependencies.json', {
        packages: dependencies.map(entry),
        build: buildersFor(dependencies, build),
        target: null,
      }),
      file('modules.json', {
        packages: modules.map(entry),
        build: buildersFor(modules, build),
        target: '/opt/openimis/modules',
      }),
      file('assembly.json', { ...assemblyEntry(locked, wish.assembly), environment }),
      file('openimis.json', openimisJson(locked)),
      { path: 'assembly/.here', content: '' },
    ],
    {
      identity: [locked.content, runtime.tag, tools.tag],
      args: { RUNTIME: runtime.tag, TOOLS: tools.tag },
      labels: {
        [imageLabel.kind]: 'backend',
        [imageLabel.pins]: pinsLabel(locked),
        [imageLabel.content]: locked.content,
        [imageLabel.base]: locked.runtime['base'] ?? '',
      },
      extraFiles: local,
    },
  );
  return { ...image, network: 'none' };
}

/** Fetches with network and secrets, then installs with neither. */
export async function buildPython(locked: LockedComponent, wish: BuildWish, workshop: Workshop): Promise<BuiltImage> {
  const { engine, progress, signal } = workshop;
  const image = await pythonImage(locked, wish, workshop);
  if ((await engine.image(image.tag)) !== undefined) return { tag: image.tag, cached: true, fetched: 0 };
  const secrets = await buildSecrets(workshop.env);
  const { tools } = await toolImages({ ...wish, odbc: odbcOf(locked), ...refreshOf(locked) }, workshop, secrets);
  progress('fetching packages');
  const request = {
    path: 'request.json',
    content: JSON.stringify({ at: new Date().toISOString(), ...fetchRequest(locked) }),
  };
  const { bytes } = await askInBuild('fetch', { tools, files: [request], secrets, schema: fetchedSchema }, workshop);
  progress(`installing ${locked.packages.length} packages`);
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > 5000) lines.shift();
    progress(line);
  };
  try {
    await engine.buildImage(image, keep, signal);
  } catch (error) {
    throw explainBuild(error, lines, locked, wish.component);
  }
  return { tag: image.tag, cached: false, fetched: bytes };
}

const odbcOf = ({ runtime }: LockedComponent): 'microsoft' | 'freetds' | 'none' => {
  const { odbc } = runtime;
  return odbc === 'microsoft' || odbc === 'freetds' ? odbc : 'none';
};

/** Modules and extra packages are what people change: a layer of their own above everything else. */
function groups({ modules, extra, packages }: LockedComponent): [LockedPackage[], LockedPackage[]] {
  const named = new Set([...modules, ...extra].map((one) => normalisePythonName(one.package)));
  const isModule = ({ name, source }: LockedPackage): boolean =>
    named.has(normalisePythonName(name)) || 'git' in source;
  return [packages.filter(isModule), packages.filter((one) => !isModule(one))];
}

type Entry = { readonly name: string; readonly version: string } & Readonly<Record<string, string>>;

function entry({ name, version, source, file, hashes }: LockedPackage): Entry {
  if ('git' in source) return { name, version, git: source.git, commit: source.commit };
  return { name, version, file: file!, sha256: hashes[0]!.replace(/^sha256:/, '') };
}

/** Only a group with a package that has no wheel depends on what such packages are built with. */
function buildersFor(group: readonly LockedPackage[], build: readonly Entry[]): readonly Entry[] {
  return group.some(({ source, file }) => 'git' in source || !(file ?? '').split(/[?#]/)[0]!.endsWith('.whl'))
    ? build
    : [];
}

function fetchRequest({ packages, build = [], assembly }: LockedComponent): object {
  const all = [...packages, ...build];
  return {
    files: all.flatMap(({ source, file, hashes }) =>
      'git' in source ? [] : [{ url: file!, sha256: hashes[0]!.replace(/^sha256:/, '') }],
    ),
    git: [
      ...all.flatMap(({ source }) => ('git' in source ? [{ url: source.git, commit: source.commit }] : [])),
      ...('git' in assembly ? [{ url: assembly.git, commit: assembly.commit }] : []),
    ],
    archives: 'archive' in assembly ? [{ url: assembly.archive, sha256: assembly.hash.replace(/^sha256:/, '') }] : [],
  };
}

function assemblyEntry({ assembly }: LockedComponent, source: AssemblySource): Readonly<Record<string, string>> {
  if ('git' in assembly) return { git: assembly.git, commit: assembly.commit };
  if ('archive' in assembly) return { archive: assembly.archive, sha256: assembly.hash.replace(/^sha256:/, '') };
  return source.kind === 'archive' ? { unpack: 'true' } : {};
}

/** What upstream's code reads for its Django applications; as its own file has it. */
export function openimisJson({ modules, packages }: LockedComponent): unknown {
  const sources = new Map(packages.map(({ name, source }) => [normalisePythonName(name), source]));
  return {
    modules: modules.map(({ name, package: one, version }) => {
      const source = sources.get(normalisePythonName(one));
      const pip =
        source !== undefined && 'git' in source
          ? `git+${source.git}@${source.commit}#egg=${one}`
          : `${one}==${version}`;
      return { name, pip };
    }),
  };
}
