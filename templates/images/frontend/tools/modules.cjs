// Puts the modules over what they stand on: from the registry as they are, from git after their own build, which has what the
// lock names for it and no network.
const fs = require('fs');
const { spawnSync } = require('child_process');
const { buildFolder, buildScript, checkout, ofNpm, pack, readJson, Trouble, working } = require('./common.cjs');
const { install } = require('./install.cjs');

const tar = ofNpm('tar');

function build(module, folder) {
  const own = `${folder}/${buildFolder(module.name)}`;
  checkout(module.git, module.commit, own);
  const script = buildScript(readJson(`${own}/package.json`));
  if (script !== undefined) {
    console.log(`building ${module.name} (${script})`);
    const run = spawnSync('npm', ['run', script], {
      cwd: own,
      env: { ...process.env, HOME: '/tmp', NODE_ENV: '' },
      encoding: 'utf8',
    });
    process.stdout.write(run.stdout + run.stderr);
    if (run.status !== 0) throw new Trouble('build', `the build of ${module.name} (npm run ${script}) failed`);
  }
  const file = pack(own, folder);
  const place = `/app/${module.path}`;
  fs.mkdirSync(place, { recursive: true });
  tar.extract({ file, cwd: place, strip: 1, sync: true, preserveOwner: false });
}

working(async () => {
  const { packages, git, builders } = readJson('/work/modules.json');
  await install(packages, '/app');
  if (git.length > 0) {
    const folder = '/run/work/build';
    fs.mkdirSync(folder, { recursive: true });
    await install(builders, folder);
    for (const module of git) build(module, folder);
  }
  console.log(`${packages.length + git.length} modules`);
});
