import { describe, expect, it } from 'vitest';

import { Failure } from '../../src/failure.ts';
import { explainBuild, undeclaredImport } from '../../src/images/python/explain-build.ts';

const modules = [
  { name: 'core', package: 'openimis-be-core', version: '1', origin: 'x', asked: 'x' },
  { name: 'claim_batch', package: 'openimis-be-claim-batch', version: '1', origin: 'x', asked: 'x' },
];
const traceback = (file: string, imported: string) => `Traceback (most recent call last):
  File "/openimis-be/openIMIS/manage.py", line 8, in <module>
  File "/opt/openimis/venv/lib/python3.11/site-packages/django/apps/config.py", line 193, in create
  File "/opt/openimis/modules/core/apps.py", line 3, in <module>
  File "${file}", line 3, in <module>
ModuleNotFoundError: No module named '${imported}'`;

describe('an import that nobody declares', () => {
  it.each([
    ['/opt/openimis/modules/claim_batch/services.py', 'pandas.core', { imported: 'pandas', distribution: 'pandas', module: 'claim_batch' }], // prettier-ignore
    ['/opt/openimis/modules/core/a.py', 'yaml', { imported: 'yaml', distribution: 'pyyaml', module: 'core' }],
    ['/opt/openimis/modules/core/a.py', 'sentry_sdk', { imported: 'sentry_sdk', distribution: 'sentry-sdk', module: 'core' }], // prettier-ignore
    ['/opt/openimis/modules/core/a.py', 'claim_batch', { imported: 'claim_batch', distribution: 'openimis-be-claim-batch', module: 'core' }], // prettier-ignore
    ['/opt/openimis/modules/core/a.py', 'location', { imported: 'location', distribution: 'openimis-be-location', module: 'core' }], // prettier-ignore
    ['/openimis-be/openIMIS/openIMIS/settings.py', 'environ', { imported: 'environ', distribution: 'environ', module: 'core' }], // prettier-ignore
  ])('in %s of %s', (file, imported, expected) => {
    expect(undeclaredImport(traceback(file, imported), modules)).toEqual({ ...expected, path: imported });
  });

  it('is not seen where there is none', () => {
    expect(undeclaredImport('ImportError: cannot import name x', modules)).toBeUndefined();
  });

  it('becomes the line to write', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'long output');
    const lines = traceback('/opt/openimis/modules/core/a.py', 'yaml').split('\n');
    const failure = explainBuild(failed, lines, { modules }, 'ibackend') as Failure;
    expect(failure.message).toBe(
      'the module core imports yaml, which no package of this lock has: upstream does not declare it',
    );
    expect(failure.hints[0]).toBe('in openimis.yaml: servers.NAME.extra.ibackend: { pyyaml: "*" }');
  });

  it('of an installed module means that two versions do not belong together', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'long output');
    const lines = traceback('/opt/openimis/modules/core/a.py', 'claim_batch.subqueries').split('\n');
    const failure = explainBuild(failed, lines, { modules }, 'backend') as Failure;
    expect(failure.message).toBe(
      'core 1 imports claim_batch.subqueries, which claim_batch 1 does not have: they do not belong together',
    );
    expect(failure.hints[0]).toContain('versions pin NAME claim_batch=VERSION');
  });

  it('leaves other troubles what they are', () => {
    const failed = new Failure('IMAGE_BUILD_FAILED', 'long output');
    expect(explainBuild(failed, ['no trouble'], { modules }, 'backend')).toBe(failed);
    const full = new Failure('DISK_FULL', 'full');
    expect(explainBuild(full, [traceback('x', 'yaml')], { modules }, 'backend')).toBe(full);
    const lines = ['error: gcc said no', 'openimis-trouble {"kind": "hash", "message": "a has another hash"}'];
    const hash = explainBuild(failed, lines, { modules }, 'backend') as Failure;
    expect([hash.code, hash.message]).toEqual(['LOCK_HASH_CHANGED', 'a has another hash\n  error: gcc said no']);
  });
});
