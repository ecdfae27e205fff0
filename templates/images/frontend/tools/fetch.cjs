// Downloads what a lock names into the cache of the box, by hash. Runs none of it.
const fs = require('fs');
const { answering, content, ensureCommit, fetchArchive, inParallel } = require('./common.cjs');
const { ofNpm, readJson, registry, Trouble } = require('./common.cjs');

const cacache = ofNpm('cacache');
const pacote = ofNpm('pacote');

/** The operator's settings as npm's libraries take them; most have the same name in .npmrc. */
function settings() {
  const file = '/run/secrets/npmrc';
  const { proxy, noproxy, ...read } = fs.existsSync(file) ? ofNpm('ini').parse(fs.readFileSync(file, 'utf8')) : {};
  return {
    ...{ ...read, registry, cache: content, fetchRetries: 3, timeout: 300000 },
    ...(read['https-proxy'] || proxy ? { proxy: read['https-proxy'] || proxy, httpsProxy: read['https-proxy'] } : {}),
    ...(noproxy && { noProxy: noproxy }),
    strictSSL: read['strict-ssl'] !== false && read['strict-ssl'] !== 'false',
  };
}

async function missing(files) {
  const found = [];
  await inParallel(files, async (file) => {
    if (!(await cacache.get.hasContent(content, file.integrity))) found.push(file);
  });
  return found;
}

async function download({ url, integrity }, options) {
  const drain = (stream) => {
    stream.resume();
    return stream.promise();
  };
  try {
    // An address whose content is not what the lock says must be asked again.
    await pacote.tarball.stream(url, drain, { ...options, integrity, resolved: url, preferOnline: true });
  } catch (error) {
    if (error.code === 'EINTEGRITY') throw new Trouble('hash', `${url} is not the file that was locked (${integrity})`);
    throw new Trouble('fetch', `${url} cannot be downloaded: ${error.message}`);
  }
}

answering(async () => {
  const { files, git, archives } = readJson('/work/request.json');
  for (const { url, commit } of git) ensureCommit(url, commit);
  for (const { url, hash } of archives) fetchArchive(url, hash);
  const wanted = await missing(files);
  const options = settings();
  let done = 0;
  await inParallel(wanted, async (file) => {
    await download(file, options);
    done += 1;
    if (done % 200 === 0) console.log(`fetched ${done} of ${wanted.length} packages`);
  });
  let bytes = 0;
  for (const { integrity } of wanted) bytes += (await cacache.get.hasContent(content, integrity)).size;
  return { bytes, files: wanted.length };
});
