// Downloads what a lock names into the cache of the box, by hash. Runs none of it.
const {
  answering,
  cache,
  content,
  ensureCommit,
  fetchArchive,
  npm,
  ofNpm,
  readJson,
  Trouble,
} = require('./common.cjs');

const cacache = ofNpm('cacache');

async function missing(files) {
  const found = [];
  for (const file of files) if (!(await cacache.get.hasContent(content, file.integrity))) found.push(file);
  return found;
}

answering(async () => {
  const { files, git, archives } = readJson('/work/request.json');
  for (const { url, commit } of git) ensureCommit(url, commit);
  for (const { url, hash } of archives) fetchArchive(url, hash);
  const wanted = await missing(files);
  // In portions: what was downloaded before an interruption is there afterwards, and there is something to show.
  for (let start = 0; start < wanted.length; start += 200) {
    const urls = [...new Set(wanted.slice(start, start + 200).map(({ url }) => url))];
    console.log(`fetching ${start + urls.length} of ${wanted.length} packages`);
    // prefer-online: an address whose content is not what the lock says must be asked again.
    npm(['cache', 'add', '--cache', cache, '--prefer-online', ...urls], '/tmp', 'fetch');
  }
  const other = await missing(wanted);
  if (other.length > 0)
    throw new Trouble(
      'hash',
      other
        .slice(0, 5)
        .map(({ url, integrity }) => `${url} is not the file that was locked (${integrity})`)
        .join('\n'),
    );
  let bytes = 0;
  for (const { integrity } of wanted) bytes += (await cacache.get.hasContent(content, integrity)).size;
  return { bytes, files: wanted.length };
});
