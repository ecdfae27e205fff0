import { describe, expect, it } from 'vitest';

import { cutoversOf, pageOf, usersOf, withCutover, withoutCutover } from '../../src/cli/cutover-edit.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import { failureOf } from '../workspace/failure-of.ts';

const text = `version: 1
servers:
  test: # the national one
    legacy: { dns: imis.example.org, url: "http://imis.example.org/imis/" }   # since 2012
    gateway:
      dns: new.example.org # what users type
    release: "1.1.0"
`;
const parse = (yaml: string) => parseWorkspace(yaml, 'openimis.yaml');

describe('openimis.yaml', () => {
  it('gets the page and keeps every comment; back makes it what it was, byte for byte', () => {
    const one = withCutover(text, 'test', { page: '/Claim.aspx', to: '/front/claims', users: ['Admin', "O'Brien"] });
    expect(cutoversOf(parse(one), 'test')).toEqual([
      { page: '/Claim.aspx', to: '/front/claims', users: ['Admin', "O'Brien"] },
    ]);
    for (const comment of ['# the national one', '# since 2012', '# what users type']) expect(one).toContain(comment);
    const two = withCutover(one, 'test', { page: '/Family.aspx', to: '/front/families' });
    expect(cutoversOf(parse(two), 'test').map(({ page }) => page)).toEqual(['/Claim.aspx', '/Family.aspx']);
    const back = withoutCutover(two, parse(two), 'test', '/Family.aspx');
    expect(parse(back)).toEqual(parse(one));
    expect(withoutCutover(back, parse(back), 'test', '/Claim.aspx')).toBe(text);
  });

  it('has one rule for a page, however it is typed', () => {
    const one = parse(withCutover(text, 'test', { page: '/Claim.aspx', to: '/front/claims' }));
    for (const typed of ['/CLAIM.aspx', '/imis/Claim.aspx', '/IMIS/claim.ASPX', '/Claim.aspx'])
      expect(pageOf(typed, one, 'test')).toBe('/Claim.aspx');
    expect(pageOf('/imis.aspx', one, 'test')).toBe('/imis.aspx');
  });
});

describe('what cannot be', () => {
  it.each(['Claim.aspx', '/Default.aspx', '/imis/Logout.aspx', '/x/Claim.aspx', '/Claim.aspx?c=1', ''])(
    'page %j',
    (typed) => expect(failureOf(() => pageOf(typed, parse(text), 'test'))).toMatchObject({ code: 'USAGE' }),
  );
  it.each(['/Claims.aspx', 'https://x.example/front/', '/front/../x', '//x/front/'])('--to %s', (to) =>
    expect(failureOf(() => withCutover(text, 'test', { page: '/Claim.aspx', to }))).toMatchObject({ code: 'USAGE' }),
  );
  it('--users', () => {
    expect(usersOf("a, b,O'Brien")).toEqual(['a', 'b', "O'Brien"]);
    expect(usersOf(undefined)).toBeUndefined();
    for (const typed of ['', 'a,,b', 'é', 'x'.repeat(51)])
      expect(failureOf(() => usersOf(typed))).toMatchObject({ code: 'USAGE' });
  });
  it('back of a page that is not cut over: it names those that are', () => {
    const one = withCutover(text, 'test', { page: '/Claim.aspx', to: '/front/claims' });
    expect(failureOf(() => withoutCutover(one, parse(one), 'test', '/Family.aspx'))).toMatchObject({
      code: 'USAGE',
      hints: ['these are: /Claim.aspx', 'openimis cutover list test'],
    });
  });
});
