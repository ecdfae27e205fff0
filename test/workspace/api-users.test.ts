import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type ApiUser,
  apiUserNameProblem,
  dateProblem,
  formatApiUsers,
  isAdministrator,
  isExpired,
  loginProblem,
  networkProblem,
  parseApiUsers,
  pathProblem,
} from '../../src/workspace/api-users.ts';

const hash = hashSync('x', 4);
const printable = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCodePoint(code)),
    minLength: 1,
    maxLength: 50,
  })
  .filter((text) => loginProblem(text) === undefined);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,49}$/);
const path = fc.stringMatching(/^(\/[A-Za-z0-9_~-]{1,10}){1,4}\/?$/).map((text) => `/api${text}`);
const network = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const user: fc.Arbitrary<ApiUser> = fc.record(
  {
    name,
    hash: fc.constant(hash),
    as: printable,
    paths: fc.array(path, { minLength: 1, maxLength: 3 }),
    from: fc.array(network, { minLength: 1, maxLength: 3 }),
    expires: day,
  },
  { requiredKeys: ['name', 'hash', 'as'] },
);

describe('API users as a secret', () => {
  it('are read as they were written, whatever is in them, on one line without the separator', () => {
    const lists = fc.uniqueArray(user, { selector: (one) => one.name, maxLength: 5 });
    fc.assert(
      fc.property(lists, (users) => {
        const text = formatApiUsers({ users, broken: [] });
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(parseApiUsers(text)).toEqual({ users, broken: [] });
      }),
    );
  });

  it('of an older secret stay as they are: the name is the login', () => {
    const text = `Admin:${hash}|O Brien:${hash}`;
    expect(parseApiUsers(text).users).toEqual([
      { name: 'Admin', hash, as: 'Admin' },
      { name: 'O Brien', hash, as: 'O Brien' },
    ]);
    expect(formatApiUsers(parseApiUsers(text))).toBe(text);
  });

  it.each([
    'plain',
    'ann:password',
    'ann:aaRqGFdVhVmeY',
    `:${hash}`,
    `ann:${hash.replace('$04$', '$31$')}`,
    `ann:${hash}:paths`,
    `ann:${hash}:paths=`,
    `ann:${hash}:paths=/`,
    `ann:${hash}:paths=/iapi/`,
    `ann:${hash}:paths=/api/../x`,
    `ann:${hash}:path=/api/x`,
    `ann:${hash}:paths=/api/a/ paths=/api/`,
    `ann:${hash}:from=10.0.0.0/33`,
    `ann:${hash}:from=10.0.0.0/8,`,
    `ann:${hash}:expires=2027-02-30`,
    `ann:${hash}:as=%zz`,
    `ann:${hash}:as=%0aX`,
  ])('%s is nobody, is kept as it is, and shows no user without its restriction', (line) => {
    const parsed = parseApiUsers(`bob:${hash}|${line}`);
    expect(parsed).toMatchObject({ users: [{ name: 'bob' }], broken: [line] });
    expect(formatApiUsers(parsed)).toBe(`bob:${hash}|${line}`);
  });

  it('never fail to be read', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseApiUsers(text)));
  });
});

describe('what an API user is made of', () => {
  it.each(['ann', 'lab-system', 'a.b@c+d_1', 'A'.repeat(50)])('%s is a name', (text) =>
    expect(apiUserNameProblem(text)).toBeUndefined(),
  );
  it.each(['', ' ann', 'an n', 'ann:x', 'a|b', '-ann', 'äöü', 'a'.repeat(51), 'ann\n'])('%j is none', (text) =>
    expect(apiUserNameProblem(text)).toBeDefined(),
  );
  it.each(['/api', '/api/', '/api/api_fhir/', '/api/claim/x.y'])('%s is a path', (text) =>
    expect(pathProblem(text)).toBeUndefined(),
  );
  it.each([
    '',
    '/',
    'api/x',
    '/apix',
    '/API/x',
    '/api//x',
    '/api/%2e',
    '/api/../x',
    '/api/x y',
    '/api/x,y',
    '/api/x\n',
  ])('%j is none', (text) => expect(pathProblem(text)).toBeDefined());
  it.each(['203.0.113.7', '10.0.0.0/8', '0.0.0.0/0', '::1', '2001:db8::/32'])('%s is a network', (text) =>
    expect(networkProblem(text)).toBeUndefined(),
  );
  it.each([
    '',
    'example.org',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '::/129',
  ])('%j is none', (text) => expect(networkProblem(text)).toBeDefined());
  it.each(['2027-12-31', '2028-02-29'])('%s is a day', (text) => expect(dateProblem(text)).toBeUndefined());
  it.each(['', '2027-02-29', '31.12.2027', '2027-13-01', '2027-1-1', '2027-12-31T00:00'])('%j is none', (text) =>
    expect(dateProblem(text)).toBeDefined(),
  );

  it('the last day counts as a whole', () => {
    expect(isExpired({ expires: '2026-03-01' }, new Date('2026-03-01T23:59:59Z'))).toBe(false);
    expect(isExpired({ expires: '2026-03-01' }, new Date('2026-03-02T00:00:00Z'))).toBe(true);
    expect(isExpired({}, new Date())).toBe(false);
  });

  it('Admin is Admin in every spelling that the database takes for it', () => {
    expect(['Admin', 'ADMIN', 'admin  '].map(isAdministrator)).toEqual([true, true, true]);
    expect(['Admin2', 'lab', ' admin'].map(isAdministrator)).toEqual([false, false, false]);
  });
});
