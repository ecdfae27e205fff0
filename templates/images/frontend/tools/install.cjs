// install.cjs LIST FOLDER: puts every package of the list at its place, from the cache of the box, by hash, as npm itself
// unpacks them (its library pacote), and links their programs. Runs no script of any package.
const path = require('path');
const { content, inParallel, ofNpm, readJson, registry, Trouble, working } = require('./common.cjs');

const pacote = ofNpm('pacote');
const binLinks = ofNpm('bin-links');
const { checkPlatform } = ofNpm('npm-install-checks');

function isForHere(one) {
  try {
    checkPlatform({ name: one.name, ...(one.os && { os: one.os }), ...(one.cpu && { cpu: one.cpu }) }, false);
    return true;
  } catch {
    return false;
  }
}

async function install(packages, folder) {
  const here = packages.filter(isForHere);
  await inParallel(here, async ({ path: place, url, integrity }) => {
    try {
      await pacote.extract(url, path.join(folder, place), {
        ...{ cache: content, offline: true, integrity, resolved: url, registry },
        ...{ umask: 0o22, fmode: 0o644, dmode: 0o755 },
      });
    } catch (error) {
      const why = error.code === 'ENOTCACHED' ? 'is not in the cache of the box' : error.message;
      throw new Trouble(error.code === 'EINTEGRITY' ? 'hash' : 'fetch', `${url} ${why}`);
    }
  });
  await inParallel(
    here.filter(({ bin }) => bin !== undefined),
    ({ path: place, name, bin }) =>
      binLinks({ path: path.join(folder, place), pkg: { name, bin }, top: false, global: false, force: true }),
  );
  return here.length;
}

module.exports = { install };
if (require.main === module)
  working(async () => {
    const [list, folder] = process.argv.slice(2);
    console.log(`${await install(readJson(list), folder)} packages in ${folder}`);
  });
