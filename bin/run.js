#!/usr/bin/env node
// What the npm package exposes as `openimis`. The version check comes first, in syntax that Node 12 parses and
// without static imports, so that an old Node gets a sentence and not a syntax error.
var parts = process.versions.node.split('.').map(Number);
var major = parts[0];
var minor = parts[1];
var patch = parts[2];
// package.json engines: ^22.22.2 || ^24.15 || >=26
var supported =
  major >= 26 || (major === 24 && minor >= 15) || (major === 22 && (minor > 22 || (minor === 22 && patch >= 2)));

if (!supported) {
  console.error(
    'openimis needs Node 22.22.2+, 24.15+ or 26+, this is Node ' +
      process.versions.node +
      '.\n  Next: install Node 24 (https://nodejs.org), or in a checkout run bin/openimis, which brings its own.',
  );
  process.exit(2);
}

import('node:module')
  .then(function (module) {
    module.enableCompileCache();
    return import('../dist/main.js');
  })
  .then(function (main) {
    return main.main(process.argv.slice(2));
  })
  .catch(function (error) {
    var built = error && error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).indexOf('dist') !== -1;
    console.error(
      built
        ? 'openimis is not built in this folder.\n  Next: bin/openimis (it builds), or npm run build'
        : 'openimis could not start: ' + (error && error.message),
    );
    process.exit(70);
  });
