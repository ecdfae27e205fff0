import { stripVTControlCharacters } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { accessText } from '../../src/cli/access-line.ts';
import { auditText } from '../../src/cli/export-audit.ts';

const line = {
  time: '2026-11-25T08:00:00+00:00',
  id: '0123456789abcdef0123456789abcdef',
  client: '198.51.100.7',
  method: 'GET',
  host: 'new.example.org',
  path: '/iapi/graphql',
  status: 200,
  bytes: 12,
  seconds: 0.0121,
  route: 'iapi',
  user: 'Admin',
  upstream: '10.90.4.137:8000',
  upstreamStatus: '200',
  upstreamSeconds: '0.011',
};

const plain = (text: string | undefined): string | undefined => text && stripVTControlCharacters(text);

describe('a line of the access log for people', () => {
  it('has time, client, user, method and path, status, seconds, route and id', () => {
    expect(plain(accessText(JSON.stringify(line)))).toBe(
      '2026-11-25T08:00:00+00:00 198.51.100.7    Admin      GET /iapi/graphql 200 0.012 s iapi 0123456789abcdef0123456789abcdef',
    );
    expect(plain(accessText(JSON.stringify({ ...line, user: '', route: '', status: 502 })))).toContain(
      '-          GET /iapi/graphql 502 0.012 s - 0123',
    );
  });

  it.each(['', 'nginx: [warn] x', '{', '{}', 'null', '{"time":1}', JSON.stringify({ ...line, status: '200' })])(
    '%j is another line',
    (text) => expect(accessText(text)).toBeUndefined(),
  );

  it('never sends a control character of a visitor to the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (path, user) => {
        expect(plain(accessText(JSON.stringify({ ...line, path, user })))?.replace(/[\t\n]/g, '')).not.toMatch(
          /\p{Cc}/u,
        );
        const printed = auditText({ time: 't', event: 'refused', path, user });
        expect(printed).not.toMatch(/\p{Cc}/u);
        expect(JSON.parse(printed)).toEqual({ time: 't', event: 'refused', path, user });
      }),
    );
  });
});
