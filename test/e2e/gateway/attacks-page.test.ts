import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { askRaw, openVisitor } from './support/client.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('a page that lies', () => {
  const pages: readonly [string, string][] = [
    ['a second parenthesis', 'Evil (Admin) (Nurse)'],
    ['markup', 'Evil <b>(Admin)</b>'],
    ['an entity', 'Evil &amp; (Admin)'],
    ['nothing', ''],
    ['an empty name', 'Other Last ()'],
    ['no parenthesis', 'Admin'],
    ['a name that closes the element early', 'Evil (Admin)</span> Last (Nurse)'],
    ['a name that closes and opens', 'Evil (Admin)</span></div><div><span> Last (Nurse)'],
    ['a name that hides the rest', 'Evil (Admin)</span><!-- Last (Nurse)'],
    ['a second element', 'x</span><span id="Body_txtCURRENTUSER">Evil (Admin)'],
    ['a line break', 'Evil (Ad\r\nmin)'],
    ['letters that no header carries', 'Evil (Ädmin)'],
    ['60 letters', `Evil (${'a'.repeat(60)})`],
  ];
  for (const [name, text] of pages)
    it(`signs nobody on: ${name}`, async () => {
      world.legacy.nameText = () => text;
      const visitor = openVisitor(world.gateway.https);
      await visitor.login('nurse', 'nurse-1');
      expect((await visitor.ask('/iapi/')).status).toBe(503);
      expect(world.ibackend.seen).toEqual([]);
    });

  it('takes a name with blanks and dots as it is', async () => {
    world.legacy.nameText = () => "Jo-Anne O'Neil de Last (j.o neil@x) ";
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect(toldIdentity(await visitor.ask('/iapi/'), world.identityHeader)).toEqual(['j.o neil@x']);
  });

  const answers: readonly [string, number, Record<string, string>, string | Buffer][] = [
    ['500', 500, {}, '<span id="Body_txtCURRENTUSER">X (Admin)</span><p>'],
    ['compressed', 200, { 'content-encoding': 'gzip' }, '<span id="Body_txtCURRENTUSER">X (Admin)</span><p>'],
    ['3 MB', 200, {}, Buffer.alloc(3_000_000, 32)],
    ['a redirect elsewhere', 302, { location: 'https://elsewhere.example/' }, ''],
    ['two of one id', 200, {}, '<span id="a_txtCURRENTUSER">X (Admin)</span><p id=\'txtCURRENTUSER\'>'],
  ];
  for (const [name, code, headers, body] of answers)
    it(`signs nobody on when Home.aspx is ${name}`, async () => {
      world.legacy.home = (response) => response.writeHead(code, headers).end(body);
      const visitor = openVisitor(world.gateway.https);
      await visitor.login();
      expect((await visitor.ask('/iapi/')).status).toBe(503);
    });
});

describe('odd requests', () => {
  it('end in no Lua error', async () => {
    const odd = [
      '%',
      '%zz',
      '%u',
      '%uZZZZ',
      '%00',
      '(',
      '((',
      ')',
      '[',
      '%5',
      '..',
      '/..',
      '\\',
      '~',
      '*',
      '?',
      '?=',
      '#',
      ';',
      ':',
      '%ff%fe',
      'default.aspx%00',
      '(S(',
      '%28x%29',
    ];
    const cookies = [
      '',
      '=',
      ';',
      '; ;',
      '__Host-openimis-test',
      '__Host-openimis-test=',
      '__Host-openimis-test=1.....',
      '__Host-openimis-test=1.a.b.1.2.c; ASP.NET_SessionId=%',
      `__Host-openimis-test=1.${'A'.repeat(400)}.b.99999999999999999999.1.x; ASP.NET_SessionId=${'a'.repeat(24)}`,
      '__Host-openimis-test-return=%zz',
    ];
    for (const path of odd)
      for (const cookie of cookies)
        for (const method of ['GET', 'POST'])
          await askRaw(
            world.gateway.https,
            `${method} /${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
          );
    for (const path of odd)
      for (const route of ['/front/', '/iapi/', '/api/', '/photos/', '/logout'])
        await askRaw(
          world.gateway.https,
          `GET ${route}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${path}\r\nConnection: close\r\n\r\n`,
        );
    expect(unexpected(await world.gateway.errors())).toEqual([]);
  });
});
