import { explain, rcompare } from '@renovatebot/pep440';

import { normalisePythonName } from '../../package-name.ts';
import type { PackageInfo, PublishedVersion } from '../registry.ts';

/** One file of an index page, whatever form the page had. */
export type IndexFile = {
  readonly name: string;
  readonly url: string;
  readonly sha256?: string;
  readonly size?: number;
  readonly published?: string;
  readonly requiresPython?: string;
  /** Withdrawn, with its reason (may be empty). */
  readonly yanked?: string;
  /** PEP 658: the index has the file's metadata on its own. */
  readonly metadata?: true;
};

/** What is kept of an index page. */
export type PythonProject = {
  readonly info: PackageInfo;
  /** Addresses of files whose metadata the index has on its own (PEP 658). */
  readonly metadata: readonly string[];
};

/** Groups the files of a page by version; what is no file of this project is left out. */
export function projectOf(name: string, index: URL, files: readonly IndexFile[]): PythonProject {
  const versions = new Map<string, IndexFile[]>();
  for (const file of files) {
    const version = versionOf(name, file.name);
    if (version === undefined || !/^https?:\/\//.test(file.url)) continue;
    versions.set(version, [...(versions.get(version) ?? []), file]);
  }
  const published = [...versions].map(([version, of]) => publishedOf(version, of));
  published.sort((a, b) => rcompare(a.version, b.version));
  return {
    info: { name, registry: index.href, versions: published, tags: {} },
    metadata: files.filter(({ metadata }) => metadata === true).map(({ url }) => url),
  };
}

function publishedOf(version: string, files: readonly IndexFile[]): PublishedVersion {
  const [published] = files.flatMap((file) => file.published ?? []).sort();
  const requiresPython = files.find((file) => file.requiresPython !== undefined)?.requiresPython;
  // A version is withdrawn when nothing of it is left.
  const yanked = files.every((file) => file.yanked !== undefined) ? files[0]!.yanked : undefined;
  return {
    version,
    ...(published === undefined ? {} : { published }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    files: files.map(({ name, url, sha256, size }) => ({
      name,
      url,
      ...(sha256 === undefined ? {} : { hash: `sha256:${sha256}` }),
      ...(size === undefined ? {} : { size }),
    })),
  };
}

/**
 * Version in a file's name: `name-1.0.4-py3-none-any.whl`, `name-1.0.4.tar.gz`. Old names of source archives have dashes, so the
 * name of the project says where it ends. Undefined for eggs, installers and files of something else.
 */
export function versionOf(project: string, file: string): string | undefined {
  const wheel = /^([^-]+)-([^-]+)-(?:[^-]+-)?[^-]+-[^-]+-[^-]+\.whl$/.exec(file);
  if (wheel !== null) return normalisePythonName(wheel[1]!) === project ? canonical(wheel[2]!) : undefined;
  const stem = /^(.+)\.(?:tar\.(?:gz|bz2|xz|Z)|tgz|zip)$/i.exec(file)?.[1];
  if (stem === undefined) return undefined;
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1))
    if (normalisePythonName(stem.slice(0, dash)) === project) {
      const version = canonical(stem.slice(dash + 1));
      if (version !== undefined) return version;
    }
  return undefined;
}

/** `1.0-rc1` and `v1.0rc1` are `1.0rc1`. */
function canonical(text: string): string | undefined {
  const parts = explain(text.replaceAll('_', '-'));
  if (parts === null) return undefined;
  const local = /\+([a-z0-9.-]+)$/i.exec(text)?.[1];
  return local === undefined ? parts.public : `${parts.public}+${local.toLowerCase()}`;
}
