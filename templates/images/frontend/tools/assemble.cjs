// The assembly with its modules becomes a page: its own configuration step, its own bundler, no network.
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const { assembly, readJson, Trouble, working } = require('./common.cjs');

const app = '/app';

function run(argv, env) {
  const done = spawnSync(argv[0], argv.slice(1), { cwd: app, env, stdio: 'inherit' });
  if (done.status !== 0) throw new Trouble('build', `${argv.join(' ')} of the assembly failed`);
}

/** webpack 4 hashes with MD4, which the OpenSSL of Node 17 and later has put away. */
function nodeOptions() {
  const newNode = Number(process.versions.node.split('.')[0]) >= 17;
  return newNode ? '--openssl-legacy-provider' : '';
}

/** The modules of the lock; locales and logical names as the assembly's own file has them. */
function openimisJson() {
  const { modules } = readJson('/work/openimis.json');
  const own = fs.existsSync(`${app}/openimis.json`) ? readJson(`${app}/openimis.json`) : {};
  const before = new Map((own.modules || []).map((one) => [String(one.npm).replace(/(.)@.*$/, '$1'), one]));
  const named = modules.map((one) => ({ ...before.get(one.npm.replace(/(.)@.*$/, '$1')), ...one }));
  const locales = own.locales || [{ languages: ['en', 'en-GB'], intl: 'en-GB', fileNames: 'en' }];
  return JSON.stringify({ ...own, locales, modules: named }, null, 1);
}

/** Name and version of everything that is really there. */
function inventory(folder, found = []) {
  if (!fs.existsSync(folder)) return found;
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith('.')) continue;
    const place = path.join(folder, name);
    if (name.startsWith('@')) inventory(place, found);
    else if (fs.existsSync(`${place}/package.json`)) {
      const manifest = readJson(`${place}/package.json`);
      found.push({ name: manifest.name, version: manifest.version });
      inventory(`${place}/node_modules`, found);
    }
  }
  return found;
}

working(async () => {
  const request = readJson('/work/assembly.json');
  // Over the packages: a folder node_modules of the assembly's own is never in it.
  assembly(request.assembly, '/run/work/assembly');
  for (const name of ['node_modules', 'build', '.git'])
    fs.rmSync(`/run/work/assembly/${name}`, { recursive: true, force: true });
  spawnSync('cp', ['-R', '/run/work/assembly/.', app]);
  const config = openimisJson();
  fs.writeFileSync(`${app}/openimis.json`, config);
  const env = {
    ...process.env,
    ...request.environment,
    HOME: '/tmp',
    CI: '',
    NODE_OPTIONS: nodeOptions(),
    OPENIMIS_CONF_JSON: config,
  };
  const allowed = readJson('/work/assembly.json').scripts;
  if (allowed.length > 0) run(['npm', 'rebuild', '--offline', '--cache', '/tmp/npm', ...allowed], env);
  const { scripts = {} } = readJson(`${app}/package.json`);
  const configure =
    scripts['load-config'] === undefined ? ['node', 'openimis-config.js'] : ['npm', 'run', 'load-config'];
  run(configure, env);
  run(['npm', 'run', 'build'], env);
  if (!fs.existsSync(`${app}/build/index.html`))
    throw new Trouble('build', 'the build of the assembly left no build/index.html');
  const list = inventory(`${app}/node_modules`);
  const order = (one) => `${one.name} ${one.version}`;
  list.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  fs.mkdirSync('/result', { recursive: true });
  fs.cpSync(`${app}/build`, '/result/page', { recursive: true });
  fs.writeFileSync('/result/packages.json', JSON.stringify(list));
});
