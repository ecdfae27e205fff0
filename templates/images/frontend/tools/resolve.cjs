// Chooses every version of a frontend with npm: the assembly's package.json with the modules and extra packages of the lock's
// input in it. Nothing is installed, and no script of any package runs.
const fs = require('fs');
const path = require('path');
const { answering, assembly, buildFolder, buildScript, checkout, commitOf } = require('./common.cjs');
const { ensureCommit, fetchArchive, npm, pack, readJson, Trouble } = require('./common.cjs');
const { closure, nameOf } = require('./closure.cjs');

const work = '/run/work';

/** A git module as npm can look into it: packed as it is, not yet built. */
function packed(pin) {
  const { url, ref } = pin.source;
  const commit = commitOf(url, ref);
  ensureCommit(url, commit);
  const folder = `${work}/git/${commit}`;
  checkout(url, commit, folder);
  const manifest = readManifest(folder, url);
  if (manifest.name !== pin.package)
    throw new Trouble('impossible', `${url} holds ${manifest.name}, and the pin is ${pin.package}`);
  const file = pack(folder, `${work}/packed`);
  return {
    package: pin.package,
    git: url,
    ...(ref && { ref }),
    commit,
    folder,
    version: manifest.version,
    manifest,
    file: `file:${file}`,
  };
}

function readManifest(folder, where) {
  if (!fs.existsSync(`${folder}/package.json`)) throw new Trouble('impossible', `there is no package.json in ${where}`);
  return readJson(`${folder}/package.json`);
}

function specOf({ package: name, source }, git) {
  switch (source.kind) {
    case 'version':
      return source.version;
    case 'range':
      return source.range;
    case 'tag':
      return source.tag;
    case 'git':
      return git.find((one) => one.package === name).file;
    default:
      return source.url;
  }
}

function manifestOf(original, request, git) {
  const own = Object.entries(original.dependencies || {}).filter(([name]) => !name.startsWith('@openimis/'));
  const wanted = [...request.modules, ...request.extra].map((pin) => [pin.package, specOf(pin, git)]);
  const { name = 'frontend', version = '0.0.0', devDependencies = {}, overrides } = original;
  const extra = new Set(wanted.map(([one]) => one));
  const dev = Object.entries(devDependencies).filter(([one]) => !extra.has(one));
  return {
    ...{ name, version: /^\d+\.\d+\.\d+/.test(version) ? version : '0.0.0', private: true },
    dependencies: Object.fromEntries([...own, ...wanted]),
    devDependencies: Object.fromEntries(dev),
    ...(overrides && { overrides }),
  };
}

/** What was locked stays where it still fits; `upgrade` may move. */
function previous(request, manifest) {
  if (request.previous.length === 0) return;
  const moves = new Set(request.upgrade);
  const stays = request.previous.filter(({ path }) => !moves.has(nameOf(path)));
  const entries = stays.map(({ path, version, url, integrity, npm: fields }) => [
    path,
    { version, resolved: url, integrity, ...fields },
  ]);
  const packages = { '': manifest, ...Object.fromEntries(entries) };
  const lock = { ...{ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true }, packages };
  fs.writeFileSync(`${work}/app/package-lock.json`, JSON.stringify(lock));
}

const choose = ['install', '--package-lock-only', '--lockfile-version=3', '--ignore-scripts', '--legacy-peer-deps'];

/** What git modules need to be built (their development dependencies), chosen once for all of them. */
async function builders(git, before) {
  const built = git.filter(({ manifest }) => buildScript(manifest) !== undefined);
  if (built.length === 0) return [];
  const folder = `${work}/build`;
  fs.mkdirSync(folder, { recursive: true });
  const project = { version: '0.0.0', private: true };
  fs.writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'build', ...project, workspaces: ['m-*'] }));
  const own = new Set(git.map(({ package: name }) => name));
  const others = (list = {}) => Object.fromEntries(Object.entries(list).filter(([name]) => !own.has(name)));
  for (const { package: name, manifest } of built) {
    const place = `${folder}/${buildFolder(name)}`;
    fs.mkdirSync(place);
    const { dependencies, devDependencies } = manifest;
    const needs = { dependencies: others(dependencies), devDependencies: others(devDependencies) };
    fs.writeFileSync(`${place}/package.json`, JSON.stringify({ name: buildFolder(name), ...project, ...needs }));
  }
  npm([...choose, ...before], folder, 'impossible');
  return (await closure(folder)).map((one) => ({ ...one, path: `build/${one.path}` }));
}

answering(async () => {
  const request = readJson('/work/request.json');
  fs.mkdirSync(`${work}/packed`, { recursive: true });
  const wanted = request.assembly;
  let answer = {};
  if (wanted.git !== undefined) {
    wanted.commit = wanted.commit || commitOf(wanted.git, wanted.ref);
    ensureCommit(wanted.git, wanted.commit);
    answer = { commit: wanted.commit };
  }
  if (wanted.archive !== undefined) {
    wanted.hash = fetchArchive(wanted.archive);
    answer = { hash: wanted.hash };
  }
  assembly(wanted, `${work}/assembly`);
  const original = readManifest(`${work}/assembly`, 'the assembly');
  const git = [...request.modules, ...request.extra].filter(({ source }) => source.kind === 'git').map(packed);
  const manifest = manifestOf(original, request, git);
  fs.mkdirSync(`${work}/app`);
  fs.writeFileSync(`${work}/app/package.json`, JSON.stringify(manifest));
  previous(request, manifest);
  const before = request.before === undefined ? [] : [`--before=${request.before}`];
  npm([...choose, ...before], `${work}/app`, 'impossible');
  const files = new Set(git.map(({ file }) => file));
  const relative = (url) => (url.startsWith('file:') ? `file:${path.resolve(`${work}/app`, url.slice(5))}` : url);
  const lockFile = readJson(`${work}/app/package-lock.json`);
  for (const one of Object.values(lockFile.packages)) if (one.resolved) one.resolved = relative(one.resolved);
  fs.writeFileSync(`${work}/app/package-lock.json`, JSON.stringify(lockFile));
  const chosen = await closure(`${work}/app`, files);
  for (const one of chosen.filter(({ url }) => files.has(url))) {
    const { git: url, ref, commit } = git.find(({ file }) => file === one.url);
    Object.assign(one, { url: '', git: { git: url, ref, commit } });
    delete one.integrity;
  }
  const config = `${work}/assembly/openimis.json`;
  const npmVersion = npm(['--version'], work, 'impossible').trim();
  return {
    ...{ node: process.versions.node, npm: npmVersion, assembly: answer },
    config: fs.existsSync(config) ? readJson(config) : {},
    packages: [...chosen, ...(await builders(git, before))],
  };
});
