import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { legacyPageProblem, loginProblem, successorProblem } from '../../src/workspace/cutover-values.ts';

describe('a page of the legacy', () => {
  it.each(['/Claim.aspx', '/FINDCLAIMS.ASPX', '/a_b-1.aspx'])('%s', (page) =>
    expect(legacyPageProblem(page)).toBeUndefined(),
  );
  it.each([
    ['Claim.aspx', 'starts with /'],
    ['/Claim.aspx?c=1', 'without ? and #'],
    ['/', 'is not a page'],
    ['/../Claim.aspx', 'is not a page'],
    ['/imis/Claim.aspx', 'is not a page'],
    ['/Claim.aspx ', 'is not a page'],
    ['/%43laim.aspx', 'is not a page'],
    ['/HOME.aspx', 'it stays'],
    ['/Logout.aspx', 'log out'],
    ['/ForgotPassword.aspx', 'it stays'],
  ])('%s: %s', (page, why) => expect(legacyPageProblem(page)).toContain(why));
});

describe('its successor', () => {
  it.each(['/front', '/front/', '/front/claim/healthFacilities', '/front/a%20b?x=1&y=$z', '/front?dyn=abc'])(
    '%s',
    (to) => expect(successorProblem(to)).toBeUndefined(),
  );
  it.each([
    ['https://elsewhere.example/front/', 'begins with /front/'],
    ['//elsewhere.example/front/', 'begins with /front/'],
    ['/frontier', 'begins with /front/'],
    ['/Claims.aspx', 'begins with /front/'],
    ['/front/../Claim.aspx', 'no . and ..'],
    ['/front/%2e%2E/Claim.aspx', 'no . and ..'],
    ['/front//x', 'is not a path'],
    ['/front/a b', 'is not a path'],
    ['/front/a\r\nX: y', 'is not a path'],
    ['/front/%0d%0a', 'encoded control character'],
    ['/front/x#y', 'is not a path'],
    [`/front/${'x'.repeat(500)}`, 'longer than 500'],
  ])('%j: %s', (to, why) => expect(successorProblem(to)).toContain(why));

  it('is one that every reader of URLs understands as a path below /front of the same site', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.%2e5cf:@?&=\\#a "<\n') }), (rest) => {
        const to = `/front/${rest}`;
        if (successorProblem(to) !== undefined) return;
        const url = new URL(to, 'https://here.example');
        expect(url.origin).toBe('https://here.example');
        expect(url.pathname.startsWith('/front/')).toBe(true);
        expect(url.href.slice(url.origin.length)).toBe(to);
      }),
      { numRuns: 2000 },
    );
  });
});

it('a login', () => {
  expect(loginProblem("O'Brien, J")).toBeUndefined();
  for (const bad of ['', ' ', 'x'.repeat(51), 'é', 'a\nb']) expect(loginProblem(bad)).toBeDefined();
});
