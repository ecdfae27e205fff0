import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatSecrets,
  gatewayKeysHash,
  gatewayOnlyHash,
  parseSecrets,
  secretsHash,
} from '../../src/workspace/secrets.ts';
import { secretNames, type Secrets } from '../../src/workspace/server.ts';
import { ensureGenerated } from '../../src/workspace/store/secrets-store.ts';
import { failureOf } from './failure-of.ts';

const file = 'secrets/test.env';
const passwords = ['DATABASE_PASSWORD', 'DATABASE_MIGRATE_PASSWORD', 'DATABASE_DOCTOR_PASSWORD'] as const;
const value = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((some) => !/[\0\r\n]/.test(some) && some.isWellFormed() && some.length <= 128);

describe('secrets file', () => {
  it('gives back every value byte for byte', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...passwords), value, { noNullPrototype: true }),
        fc.boolean(),
        (some, crlf) => {
          const text = formatSecrets(some);
          expect(parseSecrets(crlf ? text.replaceAll('\n', '\r\n') : text, file)).toEqual(some);
        },
      ),
      { numRuns: 500 },
    );
    for (const hard of [
      `'`,
      `''`,
      `a'b'`,
      `'; rm -rf / #'`,
      '$(x) `y` ${z} $$',
      '\\n',
      ' a ',
      '#',
      '=',
      "'='",
      '\t',
      '|',
    ])
      expect(parseSecrets(formatSecrets({ DATABASE_PASSWORD: hard }), file)).toEqual({ DATABASE_PASSWORD: hard });
  });

  it.each([
    ['a line without quotes', 'DATABASE_PASSWORD=hunter2', "secrets/test.env:1: this line is not KEY='value'"],
    ['double quotes', 'DATABASE_PASSWORD="hunter2"', "this line is not KEY='value'"],
    ['an open quote', "DATABASE_PASSWORD='hunter2", "this line is not KEY='value'"],
    ['text behind the value', "DATABASE_PASSWORD='hunter2' # x", "this line is not KEY='value'"],
    ['a name nobody knows', "# x\n\nPATH='hunter2'", 'secrets/test.env:3: unknown secret'],
    ['a name twice', "API_USERS='a'\nAPI_USERS='hunter2'", 'secrets/test.env:2: API_USERS is there twice'],
    ['a carriage return inside', "DATABASE_PASSWORD='hun\rter2'", 'holds a line break'],
    ['a NUL', "DATABASE_PASSWORD='hunter2\0'", 'holds a line break or a NUL'],
    ['a header name of one own', "IDENTITY_HEADER='x: hunter2'", 'is not in the form in which it is generated'],
    ['a broker password that breaks the URL', `RABBITMQ_PASSWORD='${'hunter2@'.repeat(5)}'`, 'is not in the form'],
    ['a long password', `DATABASE_PASSWORD='${'hunter2'.repeat(20)}'`, 'longer than 128'],
  ])('refuses %s without showing the value', (_what, text, part) => {
    const { code, message, hints } = failureOf(() => parseSecrets(text, file));
    expect([code, message]).toEqual(['SECRET_UNUSABLE', expect.stringContaining(part)]);
    expect(message + hints.join()).not.toContain('hunter2');
  });

  it('never writes a value that it could not read', () => {
    for (const bad of ['a\nb', 'a\rb', 'a\0b', '\ud800', 'x'.repeat(129)])
      expect(failureOf(() => formatSecrets({ DATABASE_PASSWORD: bad })).code).toBe('SECRET_UNUSABLE');
  });
});

describe('generated secrets', () => {
  it('have 32 random bytes each, and fit where they go', () => {
    const secrets = ensureGenerated({ DATABASE_PASSWORD: 'p' });
    expect(secrets).toEqual({
      DATABASE_PASSWORD: 'p',
      IDENTITY_HEADER: expect.stringMatching(/^[0-9A-F]{64}$/) as string,
      RABBITMQ_PASSWORD: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      GATEWAY_SIGNING_KEY: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      DJANGO_SECRET_KEY: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(parseSecrets(formatSecrets(secrets), file)).toEqual(secrets);
    expect(new Set(Object.values(secrets)).size).toBe(5);
  });

  it('are made once', () => {
    const once = ensureGenerated({});
    expect(ensureGenerated(once)).toEqual(once);
    expect(ensureGenerated({})).not.toEqual(once);
    expect(ensureGenerated({ ...once, RABBITMQ_PASSWORD: '' }).RABBITMQ_PASSWORD).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('secretsHash', () => {
  const base = ensureGenerated({ DATABASE_PASSWORD: 'p', API_USERS: '' });

  it('is 16 hex characters, whatever the order of the secrets', () => {
    const turned = Object.fromEntries(Object.entries(base).reverse()) as Secrets;
    expect(secretsHash(base)).toMatch(/^[0-9a-f]{16}$/);
    expect(secretsHash(turned)).toBe(secretsHash(base));
  });

  it('changes with every secret of the applications, and with the key alone; not with the API users', () => {
    const hashes = new Set([secretsHash(base)]);
    for (const name of secretNames) hashes.add(secretsHash({ ...base, [name]: `${base[name] ?? ''}1` }));
    expect(hashes.size).toBe(secretNames.length);
    expect(secretsHash({ ...base, API_USERS: 'ann:hash' })).toBe(secretsHash(base));
    const without = Object.entries(base).filter(([name]) => name !== 'RABBITMQ_PASSWORD');
    expect(secretsHash(Object.fromEntries(without))).not.toBe(secretsHash(base));
  });

  it('of the gateway: what it shares with the backends, and what only it reads, apart', () => {
    const users = { ...base, API_USERS: 'ann:hash' };
    expect(gatewayOnlyHash(users)).not.toBe(gatewayOnlyHash(base));
    expect(gatewayKeysHash(users)).toBe(gatewayKeysHash(base));
    const header = { ...base, IDENTITY_HEADER: 'A'.repeat(64) };
    expect(gatewayKeysHash(header)).not.toBe(gatewayKeysHash(base));
    expect(gatewayOnlyHash(header)).toBe(gatewayOnlyHash(base));
  });

  it('does not mix up neighbours', () => {
    const pair = fc.tuple(value, value);
    const hash = ([a, b]: [string, string]) =>
      secretsHash({ ...base, DATABASE_DOCTOR_PASSWORD: a, DATABASE_MIGRATE_PASSWORD: b });
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        expect(hash(one) === hash(other)).toBe(one[0] === other[0] && one[1] === other[1]);
      }),
    );
  });

  it('needs the key', () => {
    expect(failureOf(() => secretsHash({ DATABASE_PASSWORD: 'p' })).code).toBe('SECRET_MISSING');
  });
});
