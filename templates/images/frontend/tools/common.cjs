// What the steps share: npm's own libraries, the cache of the box, git, and how trouble is told.
const { createHash } = require('crypto');
const { execFileSync, spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const cache = '/cache/npm';
const content = `${cache}/_cacache`;
const registry = process.env.REGISTRY || 'https://registry.npmjs.org/';

/** A library that npm itself is made of. */
const ofNpm = (name) => require(`/usr/local/lib/npm/node_modules/${name}`);

/** Foreseen; `kind` is what the command line makes of it. */
class Trouble extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

const secret = (id) => {
  const file = `/run/secrets/${id}`;
  return fs.existsSync(file) && fs.statSync(file).size > 0 ? file : undefined;
};

const withSecrets = () => ({
  ...process.env,
  HOME: '/tmp',
  ...(secret('ca_bundle') === undefined
    ? {}
    : { NODE_EXTRA_CA_CERTS: secret('ca_bundle'), GIT_SSL_CAINFO: secret('ca_bundle') }),
  ...(secret('npmrc') === undefined ? {} : { npm_config_userconfig: secret('npmrc') }),
  npm_config_registry: registry,
  npm_config_cache: cache,
  GIT_TERMINAL_PROMPT: '0',
});

/** Runs npm with the operator's settings; its last words are the trouble. */
function npm(argv, folder, kind) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=warn'];
  const run = spawnSync('npm', [...argv, ...quiet], { cwd: folder, env: withSecrets(), encoding: 'utf8' });
  if (run.status === 0) return run.stdout;
  const words = run.stderr.split('\n').filter((line) => /^npm ERR! (?!A complete log|code |$)/i.test(line));
  const told = words.map((line) => line.replace(/^npm ERR! ?/i, '').replace(/^\d{3} /, '')).slice(0, 12);
  throw new Trouble(kind, told.join('\n').trim() || run.stderr.slice(-2000));
}

function git(argv, folder) {
  const helper =
    secret('git_credentials') === undefined
      ? []
      : ['-c', `credential.helper=store --file=${secret('git_credentials')}`];
  const run = spawnSync('git', [...helper, '-c', 'core.hooksPath=/dev/null', ...argv], {
    cwd: folder,
    env: { ...withSecrets(), ...(secret('netrc') === undefined ? {} : { HOME: netrcHome() }) },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Trouble('git', run.stderr.trim().split('\n').slice(-3).join('\n'));
  return run.stdout;
}

/** git looks for .netrc at home only. */
function netrcHome() {
  fs.mkdirSync('/run/work/home', { recursive: true });
  if (!fs.existsSync('/run/work/home/.netrc')) fs.symlinkSync('/run/secrets/netrc', '/run/work/home/.netrc');
  return '/run/work/home';
}

const mirror = (url) => `/cache/git/${createHash('sha256').update(url).digest('hex').slice(0, 32)}`;

/** The commit that a branch or tag is now; without ref the default branch. */
function commitOf(url, ref) {
  if (/^[0-9a-f]{40}$/.test(ref || '')) return ref;
  const lines = git([
    'ls-remote',
    '--',
    url,
    ...(ref ? [ref, `${ref}^{}`, `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/tags/${ref}^{}`] : ['HEAD']),
  ])
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
  const wanted = ref ? [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`, ref] : ['HEAD'];
  const found = wanted.map((name) => lines.find((line) => line[1] === name)).find(Boolean);
  if (found === undefined) throw new Trouble('git', `${url} has no branch or tag ${ref}`);
  return found[0];
}

/** Makes sure that the cache has a commit; asks the repository only when it has not. */
function ensureCommit(url, commit) {
  const folder = mirror(url);
  if (!fs.existsSync(`${folder}/HEAD`)) execFileSync('git', ['init', '--quiet', '--bare', folder]);
  const has = () => spawnSync('git', ['-C', folder, 'cat-file', '-e', `${commit}^{commit}`]).status === 0;
  if (has()) return;
  try {
    git(['-C', folder, 'fetch', '--quiet', '--depth=1', '--no-tags', url, commit]);
  } catch {
    // Not every server gives a commit by its name.
    git(['-C', folder, 'fetch', '--quiet', url, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  }
  if (!has()) throw new Trouble('git', `${url} has no commit ${commit}`);
}

/** The files of a commit from the cache, in an empty folder. */
function checkout(url, commit, folder) {
  fs.mkdirSync(folder, { recursive: true });
  const archive = spawnSync('git', ['-C', mirror(url), 'archive', '--format=tar', commit], { maxBuffer: 1024 ** 3 });
  if (archive.status !== 0) throw new Trouble('fetch', `commit ${commit} of ${url} is not in the cache of the box`);
  const unpacked = spawnSync('tar', ['--extract', '--no-same-owner', '--directory', folder], { input: archive.stdout });
  if (unpacked.status !== 0) throw new Trouble('git', `commit ${commit} of ${url} cannot be unpacked`);
}

const sha256 = (file) => `sha256:${createHash('sha256').update(fs.readFileSync(file)).digest('hex')}`;

const archiveFile = (hash) => `/cache/archives/${hash.replace('sha256:', '')}.tar`;

/** Downloads an archive into the cache and says its hash; `hash`: what it has to be. */
function fetchArchive(url, hash) {
  if (hash !== undefined && fs.existsSync(archiveFile(hash)) && sha256(archiveFile(hash)) === hash) return hash;
  fs.mkdirSync('/cache/archives', { recursive: true });
  const part = `/cache/archives/${createHash('sha256').update(url).digest('hex')}.part`;
  const trust = secret('ca_bundle') === undefined ? [] : ['--cacert', secret('ca_bundle')];
  const netrc = secret('netrc') === undefined ? [] : ['--netrc-file', secret('netrc')];
  const quiet = ['--fail', '--silent', '--show-error', '--location', '--retry', '3', '--max-filesize', '500M'];
  const run = spawnSync('curl', [...quiet, ...trust, ...netrc, '--output', part, '--', url], { encoding: 'utf8' });
  if (run.status !== 0) throw new Trouble('fetch', `${url} cannot be downloaded: ${run.stderr.trim()}`);
  const found = sha256(part);
  if (hash !== undefined && found !== hash) {
    fs.rmSync(part);
    throw new Trouble('hash', `${url} has the hash ${found}, and the lock file says ${hash}`);
  }
  fs.renameSync(part, archiveFile(found));
  return found;
}

/** The assembly in `folder`: local files, a local or fetched archive, or a commit. */
function assembly(wanted, folder) {
  if (wanted.git !== undefined) return checkout(wanted.git, wanted.commit, folder);
  const file = wanted.archive === undefined ? wanted.file : archiveFile(wanted.hash);
  if (file === undefined) {
    fs.cpSync('/work/assembly', folder, { recursive: true });
    return;
  }
  fs.mkdirSync(folder, { recursive: true });
  if (/\.zip$/i.test(wanted.archive || file))
    throw new Trouble('impossible', 'an archive of a frontend is a .tar.gz, not a .zip');
  execFileSync('tar', ['--extract', '--no-same-owner', '--file', file, '--directory', folder]);
  const inside = fs.readdirSync(folder);
  const only = path.join(folder, inside[0] || '');
  if (inside.length !== 1 || !fs.statSync(only).isDirectory()) return;
  for (const name of fs.readdirSync(only)) fs.renameSync(path.join(only, name), path.join(folder, name));
  fs.rmdirSync(only);
}

async function inParallel(list, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < list.length) await work(list[next++]);
    }),
  );
}

/** Where a git module is built; a name for a folder and for npm. */
const buildFolder = (name) => `m-${name.replace('@', '').replace('/', '__')}`;

/** What makes a git module a package: npm runs `prepare` itself; some have only `build`. */
const buildScript = ({ scripts = {} }) => ['prepare', 'build'].find((name) => scripts[name] !== undefined);

/** Packs a folder as its package would be published. npm 8 runs `prepare` even if told not to: so there is none to run. */
function pack(folder, into) {
  const manifest = readJson(`${folder}/package.json`);
  delete manifest.scripts;
  fs.writeFileSync(`${folder}/package.json`, JSON.stringify(manifest, null, 2));
  const told = npm(['pack', '--ignore-scripts', '--pack-destination', into], folder, 'impossible');
  return `${into}/${told.trim().split('\n').pop()}`;
}

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));

/** Runs a step that answers in /result.json: trouble is an answer too, so that the line that told it is not lost. */
async function answering(step) {
  let answer;
  try {
    answer = await step();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    answer = { error: { kind: error.kind, message: error.message } };
  }
  const text = JSON.stringify(answer);
  fs.writeFileSync('/result.json', text);
  // A short answer is read from the build's output: no container has to be made for it.
  if (text.length < 4000) console.log(`openimis-answer ${text}`);
}

/** Runs a step that answers nothing: trouble is a line and an exit code. */
async function working(step) {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(`openimis-trouble ${JSON.stringify({ kind: error.kind, message: error.message })}`);
    process.exit(1);
  }
}

module.exports = {
  ...{ answering, assembly, buildFolder, buildScript, cache, checkout, commitOf, content, ensureCommit, fetchArchive },
  ...{ inParallel, npm, ofNpm, pack, readJson, registry, Trouble, working },
};
