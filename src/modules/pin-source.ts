import { explain, valid as validPython, validRange as validPythonRange } from '@renovatebot/pep440';
import semver from 'semver';

import { normalisePythonName, type PinComponent } from './package-name.ts';

/** Where a module comes from, as npm or pip would read it. */
export type PinSource =
  | { readonly kind: 'version'; readonly version: string }
  /** Not a pin yet: `versions lock` has to choose. `*` is any version. */
  | { readonly kind: 'range'; readonly range: string }
  /** A dist-tag of npm (`latest`): moves. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** Without ref: whatever the repository's default branch is. */
  | { readonly kind: 'git'; readonly url: string; readonly ref?: string }
  | { readonly kind: 'archive'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string };

export type ReadPin = { readonly package: string | undefined; readonly source: PinSource };

const pythonName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const npmName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
const longest = 500;

/** One requirement as pip takes it. Undefined: not readable. `package` is PEP 503 normalised; absent where none is said. */
export function readRequirement(text: string): ReadPin | undefined {
  const editable = /^\s*(?:-e|--editable)[\s=]+/;
  const line = text.replace(editable, '').trim();
  if (line === '' || line.length > longest || /\p{Cc}/u.test(line)) return undefined;
  const direct = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*@\s*(\S+)$/.exec(line);
  if (direct !== null && pythonName.test(direct[1]!)) {
    const source = pythonUrl(direct[2]!);
    return source && { package: normalisePythonName(direct[1]!), source };
  }
  const url = pythonUrl(line) ?? (editable.test(text) ? pythonUrl(`./${line}`) : undefined);
  if (url !== undefined) {
    const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(line)?.[1];
    return { package: egg === undefined ? undefined : normalisePythonName(egg), source: url };
  }
  const named = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(.*)$/.exec(line.split(';')[0]!.trim());
  if (named === null || !pythonName.test(named[1]!)) return undefined;
  const source = readPythonVersion(named[2]!);
  return source && { package: normalisePythonName(named[1]!), source };
}

/** What follows a name: `==1.0.4`, `==v1.6.0`, a bare `1.0.4`, `>=1.5,<2`, `==1.4.*`, nothing. */
export function readPythonVersion(text: string): PinSource | undefined {
  const words = text.trim();
  if (words === '' || words === '*') return { kind: 'range', range: '*' };
  const exact = /^={0,3}\s*(v?\d[A-Za-z0-9.!+_-]*)$/i.exec(words)?.[1];
  const version = exact === undefined ? null : (explain(exact)?.public ?? null);
  if (exact !== undefined && version !== null)
    return { kind: 'version', version: validPython(exact.replace(/^v/i, '')) ?? version };
  const range = words
    .split(',')
    .map((part) => part.trim().replace(/^(===?|~=|!=|<=|>=|<|>)\s*v?/i, '$1'))
    .join(',');
  return validPythonRange(range) ? { kind: 'range', range } : undefined;
}

function pythonUrl(text: string): PinSource | undefined {
  if (/^(?:\.{0,2}\/|file:)/.test(text)) return { kind: 'path', path: text.replace(/#.*$/, '') };
  const plain = text.replace(/#.*$/, '');
  if (/^git(?:\+(?:https?|ssh|git|file))?:\/\//i.test(plain)) return gitOf(plain.replace(/^git\+/i, ''), '@');
  return /^https?:\/\//i.test(plain) ? { kind: 'archive', url: plain } : undefined;
}

/** `ref` follows the last `mark` of the path: the authority may hold one of its own (git@host). */
function gitOf(url: string, mark: '@' | '#'): PinSource | undefined {
  const parts = /^(file:\/\/|[a-z+]+:\/\/[^/?#]+)(\/.*)$/i.exec(url);
  if (parts === null) return undefined;
  const [, authority = '', path = ''] = parts;
  const at = path.lastIndexOf(mark);
  const repository = at === -1 ? path : path.slice(0, at);
  const ref = at === -1 ? '' : path.slice(at + 1);
  if (/\s/.test(url) || repository === '/') return undefined;
  return { kind: 'git', url: authority + repository, ...(ref === '' ? {} : { ref }) };
}

/** `@openimis/fe-core@1.2.3` and everything npm takes behind the name; the wiki leaves the first `@` out. */
export function readNpmPackage(text: string): ReadPin | undefined {
  const line = text.trim();
  if (line === '' || line.length > longest || /\p{Cc}/u.test(line)) return undefined;
  const at = line.indexOf('@', 1);
  const written = at === -1 ? line : line.slice(0, at);
  const name = !written.startsWith('@') && written.includes('/') ? `@${written}` : written;
  if (!npmName.test(name)) return undefined;
  const source = readNpmVersion(at === -1 ? '' : line.slice(at + 1));
  return source && { package: name, source };
}

/** What follows a name: an exact version, a range, a dist-tag, a git repository, an archive, a folder. */
export function readNpmVersion(text: string): PinSource | undefined {
  const words = text.trim();
  if (words === '' || words === '*') return { kind: 'range', range: '*' };
  if (/^(?:file|link|portal):/.test(words)) return { kind: 'path', path: words.replace(/^[a-z]+:/, '') };
  if (/^(?:\.{0,2}\/|~\/)/.test(words)) return { kind: 'path', path: words };
  const hosted = /^(?:github:)?(?!\.)([\w.-]+\/[\w.-]+?)(?:\.git)?(#.*)?$/.exec(words);
  if (hosted !== null) return gitOf(`https://github.com/${hosted[1]}.git${hosted[2] ?? ''}`, '#');
  if (/^git(?:\+(?:https?|ssh|git|file))?:\/\//i.test(words)) return gitOf(words.replace(/^git\+/i, ''), '#');
  if (/^[\w.-]+@[\w.-]+:(?!\/)/.test(words)) return gitOf(`ssh://${words}`, '#');
  if (/^https?:\/\//i.test(words))
    return /\.git(?:#|$)|#/.test(words)
      ? gitOf(words, '#')
      : /\s/.test(words)
        ? undefined
        : { kind: 'archive', url: words };
  const exact = semver.valid(words.replace(/^=\s*/, ''));
  if (exact !== null) return { kind: 'version', version: exact };
  if (semver.validRange(words) !== null) return { kind: 'range', range: words.replace(/([<>=~^])\s*v(?=\d)/gi, '$1') };
  return /^[a-z][a-z0-9._-]*$/i.test(words) ? { kind: 'tag', tag: words } : undefined;
}

/** The value of a pin in openimis.yaml: what would follow the package's name. Undefined: not readable. */
export function readPinValue(component: PinComponent, value: string): PinSource | undefined {
  if (value.length > longest || /\p{Cc}/u.test(value)) return undefined;
  if (component === 'frontend') return readNpmVersion(value);
  const words = value.replace(/^\s*@\s*/, '').trim();
  if (/^(?:-e|--editable)[\s=]/.test(words)) return readRequirement(words)?.source;
  return pythonUrl(words) ?? readPythonVersion(words);
}

/** The one spelling of a source that a person reads and two equal sources share. */
export function sourceWords(source: PinSource): string {
  switch (source.kind) {
    case 'version':
      return source.version;
    case 'range':
      return source.range === '*' ? 'any version' : source.range;
    case 'tag':
      return source.tag;
    case 'git':
      return `${source.ref ?? 'default branch'} of ${repositoryWords(source.url)}`;
    case 'archive':
      return source.url;
    case 'path':
      return source.path;
  }
}

/** `https://github.com/openimis/openimis-be-core_py.git` -> `openimis/openimis-be-core_py`; others keep their host. */
function repositoryWords(url: string): string {
  return repositoryKey(url).replace(/^github\.com\//, '');
}

/** Scheme, user and `.git` do not make another repository; scp's colon is a slash. */
export function repositoryKey(url: string): string {
  return url
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/(?:\.git)?\/*$/, '')
    .toLowerCase();
}
