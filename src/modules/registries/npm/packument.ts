import semver from 'semver';
import { z } from 'zod';

import type { PackageInfo, PublishedVersion, Requirement, Requirements } from '../registry.ts';

/** What is kept of a package's document; requirements by version. */
export type NpmPackage = {
  readonly info: PackageInfo;
  readonly requirements: Readonly<Record<string, Requirements>>;
};

const text = z.string().max(5000);
/** What other people's tools write is not always what it should be: a field of another shape is not there. */
const texts = z.record(z.string().max(300), z.unknown()).optional().catch(undefined);
const versionSchema = z.looseObject({
  version: text,
  deprecated: z.union([text, z.boolean()]).optional().catch(undefined),
  hasInstallScript: z.boolean().optional().catch(undefined),
  scripts: texts,
  dependencies: texts,
  optionalDependencies: texts,
  peerDependencies: texts,
  peerDependenciesMeta: texts,
  dist: z.looseObject({
    tarball: text,
    integrity: text.optional().catch(undefined),
    shasum: text.optional().catch(undefined),
  }),
});
const documentSchema = z.looseObject({
  name: text,
  'dist-tags': texts,
  versions: z.record(z.string(), z.unknown()),
  time: texts,
});

/** A package's document, abbreviated or full (https://github.com/npm/registry). Throws a plain error with the reason. */
export function readPackument(name: string, registry: URL, body: string): NpmPackage {
  const document = documentSchema.safeParse(JSON.parse(body));
  if (!document.success) throw new Error('it has no name and no versions');
  if (document.data.name !== name) throw new Error('it is about another package');
  const times = onlyTexts(document.data.time);
  const requirements: Record<string, Requirements> = {};
  const versions = Object.values(document.data.versions).flatMap((value): PublishedVersion[] => {
    const one = versionSchema.safeParse(value);
    const version = one.success ? semver.valid(one.data.version) : null;
    if (!one.success || version === null) return [];
    requirements[version] = { requires: requirementsOf(one.data) };
    return [publishedOf(version, one.data, times[one.data.version])];
  });
  versions.sort((a, b) => semver.rcompare(a.version, b.version));
  const tags = onlyTexts(document.data['dist-tags']);
  return { info: { name, registry: registry.href, versions, tags }, requirements };
}

type Version = z.infer<typeof versionSchema>;

function publishedOf(version: string, one: Version, time: string | undefined): PublishedVersion {
  const { dist, deprecated } = one;
  const hash = dist.integrity ?? (dist.shasum && `sha1-${Buffer.from(dist.shasum, 'hex').toString('base64')}`);
  const scripts =
    one.hasInstallScript === true || ['preinstall', 'install', 'postinstall'].some((key) => one.scripts?.[key]);
  return {
    version,
    ...(time === undefined || Number.isNaN(Date.parse(time)) ? {} : { published: new Date(time).toISOString() }),
    ...(deprecated === undefined || deprecated === false || deprecated === ''
      ? {}
      : { deprecated: deprecated === true ? '' : deprecated.slice(0, 500) }),
    ...(scripts ? { scripts: true as const } : {}),
    files: [{ name: dist.tarball.split('/').at(-1) ?? '', url: dist.tarball, ...(hash === undefined ? {} : { hash }) }],
  };
}

function requirementsOf(one: Version): readonly Requirement[] {
  const optional = onlyTexts(one.optionalDependencies);
  const plain = Object.entries(onlyTexts(one.dependencies)).map(([name, spec]): Requirement => ({
    package: name,
    spec,
    ...(name in optional ? { optional: true } : {}),
  }));
  const peers = Object.entries(onlyTexts(one.peerDependencies)).map(([name, spec]): Requirement => {
    const meta = one.peerDependenciesMeta?.[name];
    const free = typeof meta === 'object' && meta !== null && 'optional' in meta && meta.optional === true;
    return { package: name, spec, peer: true, ...(free ? { optional: true } : {}) };
  });
  return [...plain, ...peers];
}

function onlyTexts(values: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length <= 500,
    ),
  );
}
