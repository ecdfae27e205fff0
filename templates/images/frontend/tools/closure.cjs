// What npm chose, as a list: one entry per place in node_modules, each with a SHA-512 and the size it will have.
const { content, ofNpm, readJson, registry, Trouble } = require('./common.cjs');

const pacote = ofNpm('pacote');

/** What npm needs to know of a package to choose again the same way; the rest is in the package itself. */
const kept = [
  ...['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta', 'bundleDependencies'],
  ...['bin', 'engines', 'os', 'cpu', 'dev', 'optional', 'devOptional', 'peer', 'hasInstallScript', 'deprecated'],
];

const nameOf = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** `ours`: addresses of files that this run packed itself, which are no part of any registry. */
async function closure(folder, ours = new Set()) {
  const { packages } = readJson(`${folder}/package-lock.json`);
  const list = Object.entries(packages)
    // A bundled package comes inside another one; a link is a folder of this run.
    .filter(([place, one]) => place.includes('node_modules/') && one.inBundle !== true && one.link !== true)
    .map(([place, one]) => ({
      ...{ path: place, name: one.name || nameOf(place), version: one.version, url: one.resolved || '' },
      ...(one.integrity === undefined ? {} : { integrity: one.integrity }),
      npm: Object.fromEntries(kept.filter((key) => one[key] !== undefined).map((key) => [key, one[key]])),
    }));
  for (const one of list) {
    if (ours.has(one.url)) continue;
    if (!/^https?:/.test(one.url))
      throw new Trouble(
        'impossible',
        `${one.name} comes from ${one.url || 'nowhere'}: pin it as a module, or fix its version as extra`,
      );
    const strong = (one.integrity || '').split(' ').find((hash) => hash.startsWith('sha512-'));
    // An old registry knows a SHA-1 only: it says which file it is, and the file says its SHA-512.
    one.integrity = strong || (await strongHash(one));
  }
  await sizes(list.filter(({ url }) => !ours.has(url)));
  return list;
}

async function strongHash({ url, integrity }) {
  const file = await pacote.tarball(url, {
    cache: content,
    registry,
    ...(integrity === undefined ? {} : { integrity }),
  });
  return ofNpm('ssri')
    .fromData(file, { algorithms: ['sha512'] })
    .toString();
}

/** Unpacked bytes, where the registry says them; from what choosing has read already. */
async function sizes(list) {
  const names = [...new Set(list.map(({ name }) => name))];
  const known = new Map();
  for (const name of names) {
    const packument = await pacote.packument(name, { cache: content, registry, offline: true }).catch(() => undefined);
    for (const version of Object.values((packument && packument.versions) || {}))
      if (version.dist && version.dist.unpackedSize) known.set(`${name}@${version.version}`, version.dist.unpackedSize);
  }
  for (const one of list) {
    const unpacked = known.get(`${one.name}@${one.version}`);
    if (unpacked !== undefined) one.unpacked = unpacked;
  }
}

module.exports = { closure, nameOf };
