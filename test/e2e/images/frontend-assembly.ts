import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A frontend of our own with the outside of upstream's: package.json, openimis.json, openimis-config.js, a build. */
const files: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'minimal-frontend',
    version: '24.04',
    homepage: 'http://localhost:3000/front',
    scripts: { 'load-config': 'node ./openimis-config.js', build: 'node build.js', postinstall: 'exit 9' },
    // Upstream's file names modules of some day; what is pinned counts.
    dependencies: { esbuild: '0.17.19', '@openimis/fe-core': '>=1.0.0' },
  }),
  'openimis.json': JSON.stringify({
    locales: [{ languages: ['fr', 'fr-FR'], intl: 'fr-FR', fileNames: 'fr' }],
    modules: [{ name: 'LanguageFrModule', npm: '@openimis/fe-language_fr@>=1.3.0', logicalName: 'french' }],
  }),
  'openimis-config.js': `const fs = require('fs');
const { locales, modules } = JSON.parse(process.env.OPENIMIS_CONF_JSON);
fs.mkdirSync('src', { recursive: true });
const list = modules.map(({ name, npm, logicalName }) => {
  const lib = npm.substring(0, npm.lastIndexOf('@'));
  return '[' + JSON.stringify(logicalName || lib) + ', typeof require(' + JSON.stringify(lib) + ').' + name + ']';
});
fs.writeFileSync('src/index.js', 'document.title = JSON.stringify([' + list.join(', ') + ']);\\nexport default ' + JSON.stringify(locales) + ';\\n');
`,
  'build.js': `const fs = require('fs');
fs.mkdirSync('build/static/js', { recursive: true });
require('esbuild').buildSync({ entryPoints: ['src/index.js'], bundle: true, outfile: 'build/static/js/main.js' });
const program = fs.readFileSync('node_modules/esbuild/bin/esbuild').subarray(0, 4).toString('latin1');
const networks = Object.keys(require('os').networkInterfaces()).concat(fs.readdirSync('/sys/class/net')).join(' ');
const secrets = fs.existsSync('/run/secrets') ? fs.readdirSync('/run/secrets').join(' ') : '';
fs.writeFileSync('build/seen.json', JSON.stringify({ program, networks, secrets }));
fs.writeFileSync('build/index.html', '<script src="/front/static/js/main.js"></script>');
`,
};

export async function assemblyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-frontend-'));
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** A module in a git repository, which its `prepare` has to build: `src` is no JavaScript that a bundler takes from it. */
export const gitModule: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: '@openimis/fe-own',
    version: '0.0.7',
    main: 'dist/index.js',
    files: ['dist'],
    scripts: { prepare: 'esbuild src/index.ts --outfile=dist/index.js --format=cjs' },
    devDependencies: { esbuild: '0.17.19' },
  }),
  'src/index.ts': 'export const OwnModule: () => string = () => "own";\n',
};
