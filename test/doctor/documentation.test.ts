import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { documentation } from '../../src/doctor/document.ts';
import { groups } from '../../src/doctor/finding.ts';
import { chosenChecks, registeredChecks } from '../../src/doctor/registered-checks.ts';
import { packageFolder } from '../support/cli.ts';

const pages = documentation(registeredChecks);
const folder = join(packageFolder, 'docs/doctor');

describe('docs/doctor is made from the checks', () => {
  // `vitest run -u test/doctor/documentation.test.ts` rewrites the pages.
  test.each(Object.keys(pages))('%s', async (name) => {
    await expect(pages[name]).toMatchFileSnapshot(join(folder, name));
  });

  test('and holds no page of a group that is gone', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(pages).sort());
  });

  test('docs/doctor.md names every group', async () => {
    const text = await readFile(join(packageFolder, 'docs/doctor.md'), 'utf8');
    for (const name of Object.keys(pages)) expect(text).toContain(`doctor/${name}`);
  });
});

describe('every check', () => {
  test('is in a known group, has words of its own, and needs only checks that exist and come before it', () => {
    const ids = registeredChecks.map(({ id }) => id);
    expect(new Set(registeredChecks.map(({ title }) => title)).size).toBe(ids.length);
    for (const [at, check] of registeredChecks.entries()) {
      expect(Object.keys(groups)).toContain(check.group);
      expect([check.title, check.expected, check.why].every((text) => text.length > 0 && !text.includes('\n'))).toBe(
        true,
      );
      for (const need of check.needs) expect(ids.slice(0, at)).toContain(need);
    }
  });

  test('every file below checks/ is registered', () => {
    const files = readdirSync(join(packageFolder, 'src/doctor/checks'), { recursive: true, encoding: 'utf8' });
    const expected = files.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, ''));
    expect(registeredChecks.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  test('--only takes what is needed along, and names the nearest for a slip', () => {
    const ids = chosenChecks(['legacy-database/login']).map(({ id }) => id);
    expect(ids).toEqual(['name', 'port', 'protocol', 'encryption', 'login'].map((name) => `legacy-database/${name}`));
    expect(() => chosenChecks(['legacy-databse'])).toThrow(/did you mean legacy-database\?/);
  });
});
