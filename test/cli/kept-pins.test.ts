import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { comparedPins } from '../../src/cli/kept-pins.ts';

const yaml = (version: string) => `version: 1
servers:
  test:
    legacy: { ip: 127.0.0.1 }
    generation: "1.0"
    components: { backend: {} }
    pins: { backend: { openimis-be-core: ${version} } }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-kept-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  await writeFile(join(folder, 'openimis.yaml'), yaml('0.0.11'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const pins = join('cache', 'openimis', 'pins');
const core = async () => (await comparedPins(['test', '1.1.0'], folder))[0]?.components.backend?.[0]?.spec;

describe('what a comparison read', () => {
  it('is read once, and again as soon as openimis.yaml says something else', async () => {
    const first = await comparedPins(['test', '1.1.0'], folder);
    expect(await comparedPins(['test', '1.1.0'], folder)).toEqual(first);
    await writeFile(join(folder, 'openimis.yaml'), yaml('0.0.12'));
    expect(await core()).toBe('==0.0.12');
    const files = await readdir(join(folder, pins));
    expect(files).toHaveLength(1);
    expect((await stat(join(folder, pins, files[0]!))).mode & 0o777).toBe(0o600);
  });

  it('is not believed when it is cut, and an error is never kept', async () => {
    await core();
    const [file = ''] = await readdir(join(folder, pins));
    await writeFile(join(folder, pins, file), '{"key":');
    expect(await core()).toBe('==0.0.11');
    await writeFile(join(folder, 'openimis.yaml'), 'version: 1\nservers: { test: { nonsense: 1 } }');
    for (let n = 0; n < 2; n++) await expect(core()).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' });
  });

  it('is taken word for word: what was kept answers', async () => {
    await core();
    const [file = ''] = await readdir(join(folder, pins));
    const kept = join(folder, pins, file);
    await writeFile(kept, (await readFile(kept, 'utf8')).replace('"spec":"==0.0.11"', '"spec":"==9.9.9"'));
    expect(await core()).toBe('==9.9.9');
    // Somebody else's rights on the folder: read again.
    await chmod(folder, 0o777);
    expect(await core()).toBe('==0.0.11');
  });

  it('is not needed where nothing can be kept', async () => {
    await writeFile(join(folder, 'cache'), 'a file, not a folder');
    expect(await core()).toBe('==0.0.11');
  });
});
