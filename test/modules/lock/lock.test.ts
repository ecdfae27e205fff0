import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyDiff, diffLocks } from '../../../src/modules/lock/diff-locks.ts';
import { contentHash, inputHash, type LockInput, lockState } from '../../../src/modules/lock/hashes.ts';
import {
  emptyLock,
  lockedComponent,
  type LockedPackage,
  type LockFile,
  withComponent,
} from '../../../src/modules/lock/lock.ts';
import { parseLock } from '../../../src/modules/lock/parse-lock.ts';
import { sealed, writeLock } from '../../../src/modules/lock/write-lock.ts';
import { failureOf } from '../../workspace/failure-of.ts';
import { hash, lockedBackend, wheel } from './fixture.ts';

const file = (change = {}): LockFile => withComponent(emptyLock, 'test', 'backend', lockedBackend(change));

const hex = fc.stringMatching(/^[0-9a-f]$/);
const name = fc.stringMatching(/^[a-z]{1,3}$/);
const version = fc.stringMatching(/^[0-9]{1,2}\.[0-9]$/);
const onePackage = fc.tuple(name, version, hex).map(([word, number, digit]) => wheel(word, number, digit));
const closure = fc.uniqueArray(onePackage, { selector: (one) => one.name, maxLength: 8 });
const module = fc.record({
  name,
  package: name,
  version,
  origin: fc.constant('release 1.1.0'),
  asked: fc.string({ minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text)),
});
const modules = fc.uniqueArray(module, { selector: (one) => one.package, maxLength: 6 });
const locked = fc
  .record({ modules, extra: modules, packages: closure, build: closure })
  .map((parts) => lockedBackend(parts));

describe('openimis.lock.json', () => {
  it('has one package per line', () => {
    const lines = writeLock(file()).split('\n');
    expect(lines.filter((line) => line.includes('"openimis-be-core"'))).toHaveLength(2);
    expect(lines.slice(0, 8)).toEqual([
      '{',
      '  "lockVersion": 1,',
      '  "servers": {',
      '    "test": {',
      '      "components": {',
      '        "backend": {',
      `          "input": "${hash('1')}",`,
      expect.stringMatching(/^ {10}"content": "sha256:[0-9a-f]{64}",$/),
    ]);
    expect(lines).toContain(
      `            { "name": "setuptools", "version": "79.0.1", "source": { "index": "https://pypi.org/simple/" }, "hashes": ["${hash('c')}"], "file": "https://files.example.org/setuptools-79.0.1-py3-none-any.whl" }`,
    );
  });

  it('is read as it was written, and written the same again', () => {
    fc.assert(
      fc.property(locked, locked, (one, other) => {
        const whole = withComponent(withComponent(emptyLock, 'b', 'backend', one), 'a', 'ibackend', other);
        const text = writeLock(whole);
        expect(parseLock(text)).toEqual(whole);
        expect(writeLock(parseLock(text))).toBe(text);
      }),
    );
  });

  it('keeps what the frontend needs', () => {
    const packages: LockedPackage[] = ['node_modules/a', 'node_modules/b/node_modules/a'].map((path) => ({
      name: 'a',
      version: '1.0.0',
      source: { index: 'https://registry.npmjs.org/' },
      hashes: ['sha512-c2hh'],
      path,
      npm: { dev: true, bin: { a: 'a.js' } },
    }));
    const whole = withComponent(emptyLock, 'test', 'frontend', lockedBackend({ packages, scripts: ['esbuild'] }));
    expect(parseLock(writeLock(whole))).toEqual(whole);
  });

  it('has no component where there is none', () => {
    expect(lockedComponent(file(), 'test', 'frontend')).toBeUndefined();
    expect(lockedComponent(file(), 'constructor', 'backend')).toBeUndefined();
    expect(lockedComponent(undefined, 'test', 'backend')).toBeUndefined();
  });

  const text = writeLock(file());
  it.each([
    ['half of it', text.slice(0, 900), /^openimis\.lock\.json:\d+:\d+: this is not JSON/],
    ['a merge conflict', text.replace('  "servers"', '<<<<<<< HEAD\n  "servers"'), /:3:1: a merge conflict of git/],
    ['a newer one', '{"lockVersion": 2}', /lockVersion 2, and this openimis reads 1/],
    ['a short hash', text.replace(hash('b'), 'sha256:bb'), /:\d+:\d+: servers\.test\.components\.backend\.packages\.1\.hashes\.0 is no hash/], // prettier-ignore
    ['a branch for a commit', text.replace('8f4e309d32632d2a8924b35cef05a4dc1ab39b5c', 'develop'), /:\d+:\d+: .*no whole commit/], // prettier-ignore
    ['an unknown key', text.replace('"lockedAt"', '"when"'), /:6:20: servers\.test\.components\.backend/],
    ['a password', text.replace('https://git.example', 'https://me:word@git.example'), /holds a password/],
    ['a control character', text.replace('1.0.4', '1.0\\u001b4'), /holds a control character/],
    ['the same package twice', writeLock(file({ packages: [wheel('a', '1.0', 'a'), wheel('A', '1.0', 'b')] })), /has a package twice/], // prettier-ignore
    ['a package without hash', writeLock(file({ packages: [{ ...wheel('a', '1.0', 'a'), hashes: [] }] })), /has no hash/], // prettier-ignore
    ['a path that leads out', writeLock(file({ packages: [{ ...wheel('a', '1', 'a'), path: 'node_modules/../../x' }] })), /leads out/], // prettier-ignore
    ['a list', '[]', /the file/],
    ['nothing', '', /this is not JSON/],
  ])('is refused: %s', (_, broken, message) => {
    const failure = failureOf(() => parseLock(broken));
    expect(failure.code).toBe('LOCK_INVALID');
    expect(failure.message).toMatch(message);
  });

  it('never throws anything but a failure', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 3 }), (at, junk) => {
        try {
          parseLock(text.slice(0, at) + junk + text.slice(at + 1));
        } catch (error) {
          expect(error).toMatchObject({ code: 'LOCK_INVALID' });
        }
      }),
    );
  });
});

describe('stale or edited', () => {
  const input: LockInput = {
    component: 'backend',
    generation: '1.1',
    assembly: 'release 1.1.0',
    modules: [
      { package: 'openimis-be-core', spec: '==1.0.4' },
      { package: 'openimis-be-claim', spec: '==1.0.0' },
    ],
    extra: [],
  };

  it('another pin or order is stale, another component with the same modules is not', () => {
    const same = { ...input, component: 'ibackend' as const };
    expect(inputHash(same)).toBe(inputHash(input));
    const others: LockInput[] = [
      { ...input, modules: input.modules.slice(1) },
      { ...input, modules: input.modules.toReversed() },
      { ...input, modules: [{ package: 'openimis-be-core', spec: '==1.0.5' }, ...input.modules.slice(1)] },
      { ...input, extra: [{ package: 'pandas', spec: '*' }] },
      { ...input, assembly: 'release 1.2.1' },
      { ...input, generation: '1.2' },
      { ...input, odbc: 'freetds' },
      { ...input, component: 'frontend' },
    ];
    expect(new Set([input, ...others].map(inputHash)).size).toBe(others.length + 1);
  });

  it('is known by the hashes', () => {
    const one = lockedBackend();
    expect(lockState(undefined, hash('1'))).toBe('missing');
    expect(lockState(one, hash('1'))).toBe('current');
    expect(lockState(one, hash('2'))).toBe('stale');
    const [first, ...rest] = one.packages;
    expect(lockState({ ...one, packages: [{ ...first!, version: '9' }, ...rest] }, hash('1'))).toBe('edited');
    expect(lockState({ ...one, runtime: { ...one.runtime, python: '3.12' } }, hash('2'))).toBe('edited');
  });

  it('equal pins of two servers have equal content', () => {
    const mine = lockedBackend();
    const theirs = sealed({
      ...mine,
      lockedAt: '2027-01-01',
      asOf: '2026-01-01',
      modules: mine.modules.map((one) => ({ ...one, origin: 'openimis.yaml', asked: one.version })),
    });
    expect(theirs.content).toBe(mine.content);
    expect(contentHash(theirs)).toBe(mine.content);
  });
});

describe('the diff of two locks', () => {
  it('of the same is empty', () => {
    fc.assert(
      fc.property(locked, (one) => {
        expect(diffLocks('backend', one, one).identical).toBe(true);
      }),
    );
  });

  it('leads from the one to the other', () => {
    fc.assert(
      fc.property(locked, locked, (before, after) => {
        const result = applyDiff(before, diffLocks('backend', before, after));
        const { extra, packages, build } = after;
        const modules = after.modules.toSorted((a, b) => (a.package < b.package ? -1 : 1));
        expect(result).toEqual({ modules, extra, packages, build });
      }),
    );
  });

  it('read backwards is the diff back', () => {
    const turned = { added: 'removed', removed: 'added', upgraded: 'downgraded', downgraded: 'upgraded' } as const;
    fc.assert(
      fc.property(locked, locked, (one, other) => {
        const [there, back] = [diffLocks('backend', one, other), diffLocks('backend', other, one)];
        const reversed = there.packages.map(({ before, after, kind, ...rest }) => ({
          ...rest,
          ...(after && { before: after }),
          ...(before && { after: before }),
          kind: kind in turned ? turned[kind as keyof typeof turned] : kind,
        }));
        expect(back.packages).toEqual(reversed);
      }),
    );
  });

  it('tells another file of the same version from another version', () => {
    const before = lockedBackend({ packages: [wheel('a', '1.0', 'a'), wheel('b', '1.0', 'b')] });
    const after = lockedBackend({ packages: [wheel('a', '1.0', 'c'), wheel('b', '1.1', 'd'), wheel('x', '1', 'e')] });
    const changes = diffLocks('backend', before, after).packages;
    expect(changes.map(({ package: one, kind, size }) => [one, kind, size])).toEqual([
      ['a', 'rehashed', undefined],
      ['b', 'upgraded', 'minor'],
      ['x', 'added', undefined],
    ]);
  });
});
