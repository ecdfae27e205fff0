// Builds dist/ (one bundle split only at dynamic imports, the stand-ins of the sandbox) and oclif.manifest.json.
// Everything is made under a temporary name and renamed, so that an interrupted build leaves the old one.
import { renameSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

import { generatedIndexes } from './generated-indexes.js';

const root = import.meta.dirname;

if (process.argv.includes('--schema')) {
  const { writeJsonSchema } = await import('./src/workspace/store/write-json-schema.ts');
  await writeJsonSchema(root);
  process.exit(0);
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  // Its main file is UMD, whose require() no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  // CommonJS dependencies inside an ES module bundle still call require().
  // Under names of our own: a dependency of mssql declares a __dirname itself, and two of them do not even parse.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __bundleFile = import.meta.filename; const __bundleFolder = import.meta.dirname;",
  },
  define: { __filename: '__bundleFile', __dirname: '__bundleFolder' },
};

/** zod's `z` is one object with everything in it, all its languages too; as a namespace only what is used is bundled. */
const zodByName = {
  name: 'zod-by-name',
  setup(plugin) {
    plugin.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'ts' };
    });
  },
};

const temporary = join(root, `dist.tmp-${process.pid}`);
try {
  mkdirSync(temporary);
  await build({
    ...shared,
    splitting: true,
    outdir: temporary,
    // Native, and only for dockerode's own ssh, which we do not use; and what oclif loads in development only.
    external: ['ssh2', 'cpu-features', 'typescript', 'ts-node', 'tsx'],
    entryPoints: { main: join(root, 'src/cli/main.ts'), index: 'virtual:commands' },
    plugins: [
      zodByName,
      {
        name: 'generated-indexes',
        setup(plugin) {
          plugin.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'index' }));
          plugin.onLoad({ filter: /.*/, namespace: 'index' }, ({ path }) => ({
            contents: generatedIndexes[path](),
            resolveDir: root,
            loader: 'ts',
          }));
        },
      },
    ],
  });
  await build({
    ...shared,
    outfile: join(temporary, 'stand-ins.mjs'),
    entryPoints: [join(root, 'src/sandbox/stand-ins/main.ts')],
  });
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(temporary, join(root, 'dist'));

  const { Plugin } = await import('@oclif/core/config');
  const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, type: 'core' });
  // The manifest is made from the commands themselves.
  const { load } = await import(pathToFileURL(join(root, 'dist/index.js')).href);
  const loaded = Object.entries(load).map(async ([id, one]) => [id, (await one()).default]);
  plugin.commandCache = Object.fromEntries(await Promise.all(loaded));
  await plugin.load();
  const manifest = join(root, 'oclif.manifest.json');
  writeFileSync(`${manifest}.tmp`, JSON.stringify(plugin.manifest));
  renameSync(`${manifest}.tmp`, manifest);
  writeFileSync(join(root, 'dist/.built'), '');
  console.error(`built ${relative(process.cwd(), join(root, 'dist')) || 'dist'}: ${plugin.commandIDs.length} commands`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
