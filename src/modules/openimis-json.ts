import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { z } from 'zod';

import { Failure } from '../failure.ts';
import { compareSources } from './compare-sources.ts';
import type { PinComponent } from './package-name.ts';
import { moduleName, type PinnedModule, type PinSet } from './pin-set.ts';
import { type PinSource, readNpmPackage, readRequirement, repositoryKey } from './pin-source.ts';

/** Larger than any that was ever seen, by far. */
const longest = 4 * 1024 * 1024;
const text = z.string().min(1).max(500);
const moduleSchema = z.union([
  z.looseObject({ name: text, pip: text }),
  z.looseObject({ name: text, npm: text }),
  // An old form of the backend's.
  z.looseObject({ name: text, package: text, version: text }),
]);
const fileSchema = z.looseObject({ modules: z.array(z.unknown()).max(5000) });

/**
 * Upstream's openimis.json (openimis-be_py, openimis-fe_js): modules with `pip` are the backend's, with `npm` the frontend's.
 * `file` is how errors call it. Throws PINS_UNREADABLE with line, column and reason.
 */
export function readOpenimisJson(content: string, file: string): PinSet {
  const source = content.replace(/^\uFEFF/, '');
  const { data, tree } = parseJson(source, file);
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) throw unreadable(`${file}: there is no list "modules" in it`);
  const components: Partial<Record<PinComponent, PinnedModule[]>> = {};
  parsed.data.modules.forEach((entry, index) => {
    const fail = (why: string): Failure =>
      unreadable(`${file}${placeOf(source, tree, index)}: module ${index + 1} ${why}`);
    const read = readEntry(entry);
    if (typeof read === 'string') throw fail(read);
    const { component, pin } = read;
    const modules = (components[component] ??= []);
    const twice = modules.find((other) => other.package === pin.package);
    if (twice === undefined) modules.push({ ...pin, origin: `${file}${placeOf(source, tree, index)}` });
    else if (compareSources(component, twice.source, pin.source) !== undefined)
      throw fail(`is ${pin.package}, which is there before with another version (${twice.origin})`);
  });
  return { name: file, components, extra: {} };
}

type Entry = { readonly component: PinComponent; readonly pin: Omit<PinnedModule, 'origin'> };

function readEntry(entry: unknown): Entry | string {
  const parsed = moduleSchema.safeParse(entry);
  if (!parsed.success) return 'is not a name with pip or npm';
  const one = parsed.data as { readonly name: string } & Readonly<
    Record<'pip' | 'npm' | 'package' | 'version', string>
  >;
  const { name, npm } = one;
  if (npm !== undefined) {
    const read = readNpmPackage(npm);
    if (read?.package === undefined)
      return `(${name}) has ${JSON.stringify(npm.slice(0, 120))}, which npm would not take`;
    return { component: 'frontend', pin: pinOf('frontend', read.package, read.source, npm) };
  }
  const spec = one.pip ?? `${one.package}==${one.version}`;
  const read = readRequirement(spec);
  if (read === undefined) return `(${name}) has ${JSON.stringify(spec.slice(0, 120))}, which pip would not take`;
  return {
    component: 'backend',
    pin: pinOf('backend', read.package ?? packageFrom(read.source, name), read.source, spec),
  };
}

function pinOf(component: PinComponent, name: string, source: PinSource, spec: string): Entry['pin'] {
  return { package: name, module: moduleName(component, name), source, spec };
}

/** A git address without `#egg=` says the package by its repository, or else the module's name does. */
function packageFrom(source: PinSource, name: string): string {
  const repository = source.kind === 'git' ? repositoryKey(source.url).split('/').at(-1) : undefined;
  const found = /^(openimis-be-.+?)(?:_py)?$/.exec(repository ?? '')?.[1];
  return (found ?? `openimis-be-${name}`).replace(/[-_.]+/g, '-').toLowerCase();
}

/** JSON.parse says whether it is JSON, the tree where things stand (V8 tells no place for short texts). */
function parseJson(source: string, file: string): { readonly data: unknown; readonly tree: Node | undefined } {
  if (source.length > longest) throw unreadable(`${file}: the file is larger than ${longest / 1024 / 1024} MiB`);
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  try {
    return { data: JSON.parse(source), tree };
  } catch {
    const offset = errors[0]?.offset ?? 0;
    throw unreadable(`${file}${placeIn(source, offset)}: ${whyNotJson(source, offset)}`);
  }
}

function whyNotJson(source: string, offset: number): string {
  const [before, rest] = [source.slice(0, offset).trimEnd(), source.slice(offset)];
  if (/^(<{7}|={7}|>{7})/.test(rest)) return 'a merge conflict of git is not resolved here';
  if (before.endsWith(',') && /^[\]}]/.test(rest)) return 'there is a comma before this, and nothing follows it';
  if (rest.startsWith('\u00a0')) return 'this blank is a no-break space';
  return rest.trim() === '' ? 'the file ends too early' : 'this is not JSON';
}

/** Where the text of a module stands: its pip or npm, else the module itself. */
function placeOf(source: string, tree: Node | undefined, index: number): string {
  const node = tree && findNodeAtLocation(tree, ['modules', index]);
  const value = ['pip', 'npm', 'version'].map((key) => node && findNodeAtLocation(node, [key]));
  const offset = (value.find((one) => one !== undefined) ?? node)?.offset;
  return offset === undefined ? '' : placeIn(source, offset);
}

function placeIn(source: string, offset: number): string {
  const before = source.slice(0, offset);
  return `:${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
}

function unreadable(message: string): Failure {
  return new Failure('PINS_UNREADABLE', message, ['correct the file, or ask whoever keeps it']);
}
