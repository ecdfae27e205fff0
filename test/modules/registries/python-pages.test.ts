import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { projectOf, versionOf } from '../../../src/modules/registries/pypi/project.ts';
import { readMetadata, readReleaseJson, readRequiresDist } from '../../../src/modules/registries/pypi/requirements.ts';
import { readSimpleHtml } from '../../../src/modules/registries/pypi/simple-html.ts';
import { metadataOf } from '../../../src/modules/registries/pypi/wheel.ts';

describe("a file's version", () => {
  it.each([
    ['openimis-be-core', 'openimis_be_core-1.0.4-py3-none-any.whl', '1.0.4'],
    ['openimis-be-core', 'openimis-be-core-1.2.0rc1.tar.gz', '1.2.0rc1'],
    ['openimis-be-core', 'openimis_be_core-1.2.1.1.tar.gz', '1.2.1.1'],
    ['openimis-be-api-fhir', 'openimis-be-api_fhir-1.2.0-rc1.zip', '1.2.0rc1'],
    ['openimis-be-api-fhir', 'openimis_be_api_fhir_r4-1.2.0-py3-none-any.whl', undefined],
    ['openimis-be-api-fhir', 'openimis-be-api-fhir-r4-1.2.0.tar.gz', undefined],
    ['openimis-be-core', 'openimis_be_core-1.0.4-py3.8.egg', undefined],
    ['openimis-be-core', 'openimis_be_core-1.0.4-1-py3-none-any.whl', '1.0.4'],
    ['x', 'x-nonsense.tar.gz', undefined],
  ])('%s: %s is %s', (project, file, version) => {
    expect(versionOf(project, file)).toBe(version);
  });
});

describe('a page of PEP 503', () => {
  const page = new URL('https://mirror.example.org/pypi/simple/x/');

  it('has addresses, hashes, withdrawn files and Pythons in it', () => {
    const hash = 'ab'.repeat(32);
    const html = `<!DOCTYPE html><html><head><base href="https://files.example.org/p/"></head><body><h1>x</h1>
      <A HREF='x-1.0.tar.gz#sha256=${hash}' data-requires-python="&gt;=3.8,&lt;4" data-yanked="bad &amp; old">x-1.0.tar.gz</A>
      <a href="/y/x-2.0-py3-none-any.whl" data-dist-info-metadata="sha256=aa"> x-2.0-py3-none-any.whl </a><a>none</a>`;
    const project = projectOf('x', page, readSimpleHtml(html, page));
    expect(project.info.versions).toEqual([
      {
        version: '2.0',
        files: [{ name: 'x-2.0-py3-none-any.whl', url: 'https://files.example.org/y/x-2.0-py3-none-any.whl' }],
      },
      {
        version: '1.0',
        requiresPython: '>=3.8,<4',
        yanked: 'bad & old',
        files: [{ name: 'x-1.0.tar.gz', url: 'https://files.example.org/p/x-1.0.tar.gz', hash: `sha256:${hash}` }],
      },
    ]);
    expect(project.metadata).toEqual(['https://files.example.org/y/x-2.0-py3-none-any.whl']);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => void projectOf('x', page, readSimpleHtml(`<a href="${text}">${text}`, page))),
    );
  });

  it('is not any other text', () => {
    expect(() => readSimpleHtml('please log in', page)).toThrow(/no page of links/);
  });
});

describe('what a version requires', () => {
  it.each([
    ['django', { package: 'django', spec: '*' }],
    [
      'Django_Apps (>=2.1,<3) ; python_version < "3.8"',
      { package: 'django-apps', spec: '>=2.1,<3', marker: 'python_version < "3.8"' },
    ],
    ['celery[redis]==5.2 ; extra == "x"', { package: 'celery', spec: '==5.2', marker: 'extra == "x"' }],
    ['x @ git+https://example.org/x.git', { package: 'x', spec: '*' }],
    ['!', undefined],
  ])('%s', (line, requirement) => {
    expect(readRequiresDist(line)).toEqual(requirement);
  });

  it('METADATA ends where its text begins; JSON may not know', () => {
    expect(
      readMetadata('Metadata-Version: 2.1\r\nRequires-Dist: a\r\nRequires-Python: >=3\r\n\r\nRequires-Dist: b'),
    ).toEqual({
      requires: [{ package: 'a', spec: '*' }],
      requiresPython: '>=3',
    });
    expect(() => readMetadata('hello')).toThrow(/no METADATA/);
    expect(readReleaseJson('{"info":{"requires_dist":null},"urls":[{"packagetype":"sdist"}]}')).toBeNull();
    expect(readReleaseJson('{"info":{"requires_dist":null},"urls":[{"packagetype":"bdist_wheel"}]}')).toEqual({
      requires: [],
    });
  });

  it('the end of a wheel is never trusted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(300), (bytes, at) => {
        const tail = Buffer.concat([Buffer.from(bytes), Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(30, at)]);
        expect(() => metadataOf(tail)).toThrow();
      }),
    );
  });
});
