import { describe, expect, it } from 'vitest';

import { Failure } from '../../../src/failure.ts';
import { explainBuild, undeclaredImport } from '../../../src/images/node/explain-build.ts';

const modules = [
  { name: 'CoreModule', package: '@openimis/fe-core', version: '1.11.0', origin: 'test', asked: '1.11.0' },
  { name: 'ClaimModule', package: '@openimis/fe-claim', version: '1.10.0', origin: 'test', asked: '1.10.0' },
];

describe('what a bundler says of an import that nobody declares', () => {
  it.each([
    [
      'react-scripts 4',
      "Failed to compile.\n\n./node_modules/@openimis/fe-core/dist/index.es.js\nCannot find module: '@sentry/react'. Make sure this package is installed.",
      { imported: '@sentry/react', package: '@sentry/react', module: '@openimis/fe-core' },
    ],
    [
      'webpack',
      "Module not found: Error: Can't resolve '@mui/styles/makeStyles' in '/app/node_modules/@openimis/fe-claim/dist'",
      { imported: '@mui/styles/makeStyles', package: '@mui/styles', module: '@openimis/fe-claim' },
    ],
    [
      'esbuild',
      'X [ERROR] Could not resolve "flat"\n\n    node_modules/@openimis/fe-core/dist/index.js:4:23:\n',
      { imported: 'flat', package: 'flat', module: '@openimis/fe-core' },
    ],
    [
      'a package that is no module',
      "Can't resolve 'left-pad' in '/app/node_modules/other/lib'",
      { imported: 'left-pad', package: 'left-pad' },
    ],
    ['a file of the code itself', "Can't resolve './missing' in '/app/src'", undefined],
    ['something else', 'SyntaxError: unexpected token', undefined],
  ])('%s', (_, output, found) => {
    expect(undeclaredImport(output, modules)).toEqual(found);
  });

  it('becomes an error with the line to add', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'building failed', ['again']);
    const lines = ["Can't resolve '@mui/styles' in '/app/node_modules/@openimis/fe-claim/dist'"];
    expect(explainBuild(failed, lines, { modules })).toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: 'the module @openimis/fe-claim imports @mui/styles, which no package of this lock has: upstream does not declare it', // prettier-ignore
      hints: [
        'in openimis.yaml: servers.NAME.extra.frontend: { "@mui/styles": "*" }',
        'openimis versions lock NAME, then the same command again',
      ],
    });
  });

  it('names two modules that do not belong together', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'building failed');
    const lines = [
      'Failed to compile.',
      './node_modules/@openimis/fe-claim/dist/index.es.js',
      "Attempted import error: 'Filter' is not exported from '@openimis/fe-core'.",
    ];
    expect(explainBuild(failed, lines, { modules })).toMatchObject({
      message: '@openimis/fe-claim 1.10.0 wants Filter of @openimis/fe-core 1.11.0, which does not have it: these versions do not belong together', // prettier-ignore
      hints: [
        'openimis versions pin SERVER @openimis/fe-claim=VERSION --component frontend    another version',
        'or null as its value under pins.frontend in openimis.yaml leaves the module out',
      ],
    });
  });

  it('keeps what it is not about', () => {
    const other = new Failure('DISK_FULL', 'full');
    expect(explainBuild(other, ["Can't resolve 'a' in 'b'"], { modules })).toBe(other);
    const failed = new Failure('IMAGE_BUILD_FAILED', 'building failed');
    expect(explainBuild(failed, ['SyntaxError'], { modules })).toBe(failed);
  });

  it('says our own programs’ trouble without control characters, and a changed file as what it is', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'building failed');
    const line = `openimis-trouble ${JSON.stringify({ kind: 'hash', message: 'x is\u001b[2J another file' })}`;
    expect(explainBuild(failed, ['before', line], { modules })).toMatchObject({
      code: 'LOCK_HASH_CHANGED',
      message: 'x is[2J another file\n  before',
    });
  });
});
