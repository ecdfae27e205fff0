import type { LockedComponent, LockedPackage } from '../../modules/lock/lock.ts';
import { namedBuild, type RenderedImage, templateFiles } from '../../rendering/images.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import { assemblyFiles, requireSame } from '../assembly.ts';
import type { BuildWish, BuiltImage, Workshop } from '../ecosystem.ts';
import { imageLabel, pinsLabel } from '../image-labels.ts';
import { refreshOf } from '../refresh.ts';
import { npmAccess } from './access.ts';
import { askNode, fetchedSchema } from './answers.ts';
import { assemblyRequest } from './assembly-request.ts';
import { explainBuild } from './explain-build.ts';
import { ensureImages, nodeImages } from './tool-images.ts';

type Closed = RenderedImage & { readonly network: 'none' };

/** The image of a locked frontend: same lock, base and templates, same tag. */
export async function nodeImage(locked: LockedComponent, wish: BuildWish, workshop: Workshop): Promise<Closed> {
  const { tools, web } = await nodeImages({ ...wish, ...refreshOf(locked) }, workshop);
  const local = await assemblyFiles(wish.assembly, 'assembly');
  requireSame(locked.assembly, local);
  const groups = groupsOf(locked);
  const image = namedBuild(
    'openimis-frontend',
    [
      ...templateFiles(workshop.templates, 'images/frontend/application/'),
      json('dependencies.json', groups.dependencies.map(entry)),
      json('modules.json', {
        packages: groups.modules.map(entry),
        git: groups.git.map(gitEntry),
        builders: groups.builders.map(entry),
      }),
      json('assembly.json', { assembly: lockedRequest(locked, wish), scripts: locked.scripts ?? [], environment: {} }),
      json('openimis.json', openimisJson(locked)),
      { path: 'assembly/.here', content: '' },
    ],
    {
      identity: [locked.content, tools.tag, web.tag],
      args: { TOOLS: tools.tag, WEB: web.tag },
      labels: {
        [imageLabel.kind]: 'frontend',
        [imageLabel.pins]: pinsLabel(locked),
        [imageLabel.content]: locked.content,
        [imageLabel.base]: tools.labels[imageLabel.base] ?? '',
      },
      extraFiles: local,
    },
  );
  return { ...image, network: 'none' };
}

/** Fetches with network and secrets, then installs and bundles with neither. */
export async function buildNode(locked: LockedComponent, wish: BuildWish, workshop: Workshop): Promise<BuiltImage> {
  const { engine, progress, signal } = workshop;
  const image = await nodeImage(locked, wish, workshop);
  if ((await engine.image(image.tag)) !== undefined) return { tag: image.tag, cached: true, fetched: 0 };
  const access = await npmAccess(
    workshop.env,
    locked.packages.map(({ name }) => name),
  );
  const { tools, web } = await nodeImages({ ...wish, ...refreshOf(locked) }, workshop);
  await ensureImages([tools, web], access, workshop);
  progress('fetching packages');
  const request = json('request.json', { at: new Date().toISOString(), ...fetchRequest(locked) });
  const asked = { tools: tools.tag, files: [request], access, schema: fetchedSchema };
  const { bytes } = await askNode('fetch', asked, workshop);
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
    throw explainBuild(error, lines, locked);
  }
  return { tag: image.tag, cached: false, fetched: bytes };
}

type Groups = Readonly<Record<'dependencies' | 'modules' | 'git' | 'builders', readonly LockedPackage[]>>;

/** Modules are what people change: a layer of their own above everything else. */
function groupsOf({ modules, packages }: LockedComponent): Groups {
  const places = new Set(modules.map((one) => `node_modules/${one.package}`));
  const isBuilder = (one: LockedPackage): boolean => one.path?.startsWith('build/') === true;
  const isGit = ({ source }: LockedPackage): boolean => 'git' in source;
  const isModule = (one: LockedPackage): boolean => places.has(one.path ?? '');
  const plain = packages.filter((one) => !isBuilder(one) && !isGit(one));
  return {
    dependencies: plain.filter((one) => !isModule(one)),
    modules: plain.filter(isModule),
    git: packages.filter(isGit),
    builders: packages.filter(isBuilder),
  };
}

/** What installing needs of a package: its place, its file, its programs, and where it runs. */
function entry({ name, path, file, hashes, npm = {} }: LockedPackage): object {
  const place = path!.replace(/^build\//, '');
  const { bin, os, cpu } = npm;
  // Undefined is left out by JSON.
  return { name, path: place, url: file, integrity: hashes[0], bin, os, cpu };
}

function gitEntry({ name, path, source }: LockedPackage): object {
  return { name, path, ...('git' in source && { git: source.git, commit: source.commit }) };
}

function fetchRequest({ packages, assembly }: LockedComponent): object {
  return {
    files: packages.flatMap(({ source, file, hashes }) =>
      'git' in source ? [] : [{ url: file, integrity: hashes[0] }],
    ),
    git: [
      ...packages.flatMap(({ source }) => ('git' in source ? [{ url: source.git, commit: source.commit }] : [])),
      ...('git' in assembly ? [{ url: assembly.git, commit: assembly.commit }] : []),
    ],
    archives: 'archive' in assembly ? [{ url: assembly.archive, hash: assembly.hash }] : [],
  };
}

function lockedRequest({ assembly }: LockedComponent, { assembly: source }: BuildWish): object {
  if ('git' in assembly) return { git: assembly.git, commit: assembly.commit };
  if ('archive' in assembly) return { archive: assembly.archive, hash: assembly.hash };
  return assemblyRequest(source);
}

/** What upstream's configuration step reads; the assembly's own file gives the rest (locales, logical names). */
function openimisJson({ modules }: LockedComponent): unknown {
  return { modules: modules.map(({ name, package: one, version }) => ({ name, npm: `${one}@${version}` })) };
}

function json(path: string, value: unknown): RenderedFile {
  return { path, content: `${JSON.stringify(value, null, 1)}\n` };
}
