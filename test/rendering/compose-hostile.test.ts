import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { stackOf, testServer } from '../stack/fixture.ts';
import { current, interpolated } from './compose-reading.ts';

describe('hostile values', () => {
  /** Everything that YAML, Compose, a shell or nginx might take for something else. */
  const nasty = fc.oneof(
    fc.constantFrom('yes', 'no', 'on', 'off', 'y', 'n', '~', 'null', 'true', '0123', '0o17', '0x1f', '1e3', '1_000'),
    fc.constantFrom(
      '12:30:45',
      '.inf',
      '.nan',
      '=',
      '<<',
      '2026-01-01',
      '-',
      '?',
      ':',
      ' lead',
      'trail ',
      '',
      '- a',
      'a: b',
    ),
    fc.constantFrom(
      '${HOME}',
      '$HOME',
      '$$',
      '$$$',
      '${X:-y}',
      '${',
      '$(id)',
      '`id`',
      "'",
      '"',
      '\\',
      '\\n',
      '#c',
      ' #c',
    ),
    fc.constantFrom('a\nb', '\n', 'a\r\nb', '\t', '\u0085', '\u2028', '\u2029', '\ufeff', '\u00a0', '\u007f', '\u009f'),
    fc.constantFrom(
      '{{x}}',
      '{%x%}',
      '%{',
      '&a',
      '*a',
      '!t',
      '|',
      '>',
      '@',
      '%',
      '[',
      ']',
      '{',
      '}',
      ',',
      ';',
      '---',
      '...',
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('x', '$', '"', '\\', 'é', '漢').map((unit) => unit.repeat(10_000)),
  );
  const hostile = fc
    .array(nasty, { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join(''))
    .filter((text) => text.isWellFormed() && !text.includes('\0'));

  it('arrive byte for byte in every YAML version, after Compose has replaced its variables', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, user) => {
        const stack = stackOf({ database: { ...testServer.database, name, user } });
        for (const version of ['1.1', '1.2'] as const) {
          const { services } = current(stack, version);
          for (const service of ['backend', 'ibackend', 'worker']) {
            const environment = services[service]?.['environment'] as Record<string, string>;
            expect(interpolated(environment['DB_NAME']!)).toBe(name);
            expect(interpolated(environment['DB_USER']!)).toBe(user);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are refused when no file can hold them', () => {
    for (const name of ['a\0b', 'a\ud800'])
      expect(() => current(stackOf({ database: { ...testServer.database, name } }))).toThrow(/cannot be rendered/);
  });

  it('leave every variable a string', () => {
    const stack = stackOf({ generation: '24.10', database: { ...testServer.database, name: '0123', user: 'yes' } });
    for (const version of ['1.1', '1.2'] as const)
      for (const service of Object.values(current(stack, version).services))
        for (const value of Object.values((service['environment'] ?? {}) as Record<string, unknown>))
          expect(typeof value).toBe('string');
  });
});
