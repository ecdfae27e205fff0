import { describe, expect, it } from 'vitest';

import { withServer, withValues } from '../../src/cli/init-server.ts';
import type { ServerValue } from '../../src/cli/server-flags.ts';
import { Failure } from '../../src/failure.ts';
import { packageRoot } from '../../src/package-root.ts';
import { findServer, parseWorkspace } from '../../src/workspace/parse.ts';
import type { ServerConfig } from '../../src/workspace/schema.ts';
import { loadCatalogue } from '../../src/workspace/store/catalogue-store.ts';

const empty = 'version: 1\nservers: {}\n';
const value = (path: string, text: string | number): ServerValue => ({ path: path.split('.'), value: text });
const server = (text: string): ServerConfig => findServer(parseWorkspace(text, 'openimis.yaml'), 'test');
const template = (await loadCatalogue(packageRoot())).get('test');

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a server that is there already', () => {
  const text = 'version: 1\nservers:\n  test: # ours\n    database: { name: IMIS } # of the ministry\n';
  const given = (...values: ServerValue[]): string => withServer(text, { name: 'test', template: undefined, values });

  it('gets what it lacks, and keeps every line', () => {
    expect(given(value('database.user', 'imis'), value('database.name', 'IMIS'))).toBe(
      text.replace('{ name: IMIS }', '{ name: IMIS, user: imis }'),
    );
  });

  it('stays as it is when nothing new is given', () => {
    expect(given(value('database.name', 'IMIS'))).toBe(text);
    expect(given()).toBe(text);
  });

  it('is not changed where it has another value, which is named', () => {
    const failure = failureOf(() => given(value('database.name', 'Other'), value('database.user', 'imis')));
    expect(failure.code).toBe('SERVER_EXISTS');
    expect(failure.message).toContain('with another database.name;');
  });
});

describe('the same start from the catalogue', () => {
  const values = [value('legacy.dns', 'imistest.hib.gov.np'), value('database.name', 'IMIS')];
  const first = withServer(empty, { name: 'test', template, values });

  it('given again changes nothing, also when the operator has added something', () => {
    expect(withServer(first, { name: 'test', template, values })).toBe(first);
    const more = withValues(first, 'test', [value('database.user', 'imis')]);
    expect(withServer(more, { name: 'test', template, values })).toBe(more);
  });

  it('is refused for a server that was started otherwise', () => {
    const other = withServer(empty, { name: 'test', template: undefined, values });
    const failure = failureOf(() => withServer(other, { name: 'test', template, values }));
    expect(failure.code).toBe('SERVER_EXISTS');
    expect(failure.message).toContain('differs from test of the catalogue');
  });
});

describe('an image given for one component', () => {
  const image = value('components.backend.image', 'be:1');

  it('leaves the others of the release as they are', () => {
    const old = withServer(empty, { name: 'test', template: undefined, values: [value('release', '1.1.0'), image] });
    expect(server(old).components).toEqual({
      backend: { image: 'be:1' },
      frontend: {},
      ibackend: {},
      worker: { replicas: 1 },
    });
    const later = withServer(empty, { name: 'test', template: undefined, values: [value('release', '1.4.1'), image] });
    expect(Object.keys(server(later).components ?? {}).sort()).toEqual(['backend', 'frontend', 'worker']);
  });

  it('adds none to a list that the operator wrote', () => {
    const listed = 'version: 1\nservers:\n  test: { release: "1.1.0", components: { backend: {} } }\n';
    expect(server(withValues(listed, 'test', [image])).components).toEqual({ backend: { image: 'be:1' } });
  });
});
