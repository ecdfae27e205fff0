import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { z } from 'zod';

import { Failure } from '../failure.ts';
import { compareSources } from './compare-sources.ts';
import type { PinComponent } from './package-name.ts';
import { moduleName, type PinnedModule, type PinSet } from './pin-set.ts';
import { type PinSource, readNpmPackage, readRequirement, repositoryKey } from './pin-source.ts';

/** Larger than any that was ever seen, by far. */
export const openimisJsonLimit = 4 * 1024 * 1024;
const text = z.string().min(1).max(500);
const moduleSchema = z.union([
  z.looseObject({ name: text, pip: text }),
  z.looseObject({ name: text, npm: text }),
  // An old form of the backend's.
  z.looseObject({ name: text, package: text, version: text }),
]);
const fileSchema = z.looseObject({ modules: z.array(z.unknown()).max(5000) });

/** Modules with `pip` are the backend's, with `npm` the frontend's. */
export type ModuleKind = 'frontend' | 'backend';

/** One entry of `modules`, in the order of the file. */
export type JsonModule = {
  readonly kind: ModuleKind;
  /** Django app or export name. */
  readonly name: string;
  /** Which key of the entry says the version. */
  readonly key: 'pip' | 'npm' | 'version';
  readonly pin: PinnedModule;
};

/** Upstream's openimis.json (openimis-be_py, openimis-fe_js), read. */
export type OpenimisJson = {
  /** Without byte order mark. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly tree: Node;
  readonly modules: readonly JsonModule[];
};

/**
 * Reads upstream's file; what cannot be read is an error. `file` is how errors call it.
 * Throws PINS_UNREADABLE with line, column and reason.
 */
export function parseOpenimisJson(content: string, file: string): OpenimisJson {
  const source = content.replace(/^\uFEFF/, '');
  const { data, tree } = parseJson(source, file);
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) throw unreadable(`${file}: there is no list "modules" in it`);
  const modules: JsonModule[] = [];
  parsed.data.modules.forEach((entry, index) => {
    const place = placeOf(source, tree, index);
    const fail = (why: string): Failure => unreadable(`${file}${place}: module ${index + 1} ${why}`);
    const read = readEntry(entry, `${file}${place}`);
    if (typeof read === 'string') throw fail(read);
    const { kind, pin } = read;
    const twice = modules.find((other) => other.kind === kind && other.pin.package === pin.package);
    if (twice !== undefined && compareSources(kind, twice.pin.source, pin.source) !== undefined)
      throw fail(`is ${pin.package}, which is there before with another version (${twice.pin.origin})`);
    modules.push(read);
  });
  // Not parsed.data, which has its keys in another order.
  return { text: source, data: data as OpenimisJson['data'], tree, modules };
}

/** What a file pins; a module that is there twice counts once. Throws PINS_UNREADABLE. */
export function readOpenimisJson(content: string, file: string): PinSet {
  return { name: file, components: pinsOf(parseOpenimisJson(content, file)), extra: {} };
}

export function pinsOf({ modules }: OpenimisJson): Partial<Record<ModuleKind, readonly PinnedModule[]>> {
  const components: Partial<Record<ModuleKind, PinnedModule[]>> = {};
  for (const { kind, pin } of modules) {
    const pins = (components[kind] ??= []);
    if (!pins.some((other) => other.package === pin.package)) pins.push(pin);
  }
  return components;
}

function readEntry(entry: unknown, origin: string): JsonModule | string {
  const parsed = moduleSchema.safeParse(entry);
  if (!parsed.success) return 'is not a name with pip or npm';
  const one = parsed.data as { readonly name: string } & Readonly<
    Partial<Record<'pip' | 'npm' | 'package' | 'version', string>>
  >;
  const { name, npm, pip } = one;
  if (npm !== undefined) {
    const read = readNpmPackage(npm);
    if (read?.package === undefined)
      return `(${name}) has ${JSON.stringify(npm.slice(0, 120))}, which npm would not take`;
    return { kind: 'frontend', name, key: 'npm', pin: pinOf('frontend', read.package, read.source, npm, origin) };
  }
  const spec = pip ?? oldForm(one.package ?? '', one.version ?? '');
  const read = readRequirement(spec);
  if (read === undefined) return `(${name}) has ${JSON.stringify(spec.slice(0, 120))}, which pip would not take`;
  const found = read.package ?? packageFrom(read.source, name);
  const key = pip === undefined ? 'version' : 'pip';
  return { kind: 'backend', name, key, pin: pinOf('backend', found, read.source, spec, origin) };
}

/** `package` and `version` apart: a version, or an operator before it. */
function oldForm(name: string, version: string): string {
  return /^\s*[=<>~!]/.test(version) ? name + version : `${name}==${version}`;
}

function pinOf(component: PinComponent, name: string, source: PinSource, spec: string, origin: string): PinnedModule {
  return { package: name, module: moduleName(component, name), source, spec, origin };
}

/** An address without `#egg=` says the package by its repository or folder, or else the module's name does. */
function packageFrom(source: PinSource, name: string): string {
  const place = source.kind === 'git' ? source.url : source.kind === 'path' ? source.path : '';
  const found = /^(openimis-be-.+?)(?:_py)?$/.exec(repositoryKey(place).split('/').at(-1) ?? '')?.[1];
  return (found ?? `openimis-be-${name}`).replace(/[-_.]+/g, '-').toLowerCase();
}

/** JSON.parse says whether it is JSON, the tree where things stand (V8 tells no place for short texts). */
function parseJson(source: string, file: string): { readonly data: unknown; readonly tree: Node } {
  if (source.length > openimisJsonLimit)
    throw unreadable(`${file}: the file is larger than ${openimisJsonLimit / 1024 / 1024} MiB`);
  const errors: ParseError[] = [];
  try {
    const tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
    const data: unknown = JSON.parse(source);
    if (tree !== undefined) return { data, tree };
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(`${file}: it is nested too deeply`);
    // Said below, with the place.
  }
  const offset = errors[0]?.offset ?? 0;
  throw unreadable(`${file}${placeIn(source, offset)}: ${whyNotJson(source, offset)}`);
}

function whyNotJson(source: string, offset: number): string {
  const [before, rest] = [source.slice(0, offset).trimEnd(), source.slice(offset)];
  if (/^(<{7}|={7}|>{7})/.test(rest)) return 'a merge conflict of git is not resolved here';
  if (before.endsWith(',') && /^[\]}]/.test(rest)) return 'there is a comma before this, and nothing follows it';
  if (rest.startsWith('\u00a0')) return 'this blank is a no-break space';
  return rest.trim() === '' ? 'the file ends too early' : 'this is not JSON';
}

/** Where the text of a module stands: its pip or npm, else the module itself. */
function placeOf(source: string, tree: Node, index: number): string {
  const node = findNodeAtLocation(tree, ['modules', index]);
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
