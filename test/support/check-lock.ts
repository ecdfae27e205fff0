/** npm run by an old Node silently picks older majors: the locked ones must be those of package.json, and Node 24. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
type Manifest = { dependencies: Record<string, string>; devDependencies: Record<string, string> };
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version?: string }>;
};

const major = (version: string): string => /\d+/.exec(version)?.[0] ?? version;
const wrong = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  .map(([name, range]) => ({ name, range, locked: lock.packages[`node_modules/${name}`]?.version ?? 'absent' }))
  .filter(({ range, locked }) => major(range) !== major(locked));
for (const { name, range, locked } of wrong)
  console.error(`${name}: package.json wants ${range}, the lock file has ${locked}`);
/** Majors that design.md section 8 names. */
const named = { '@oclif/core': '5', execa: '10', node: '24', typescript: '6' } as const;
for (const [name, wanted] of Object.entries(named))
  if (major(lock.packages[`node_modules/${name}`]?.version ?? '') !== wanted) {
    console.error(`${name}: the lock file must have major ${wanted}`);
    wrong.push({ name, range: wanted, locked: '' });
  }
process.exit(wrong.length === 0 ? 0 : 1);
