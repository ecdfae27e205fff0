import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dial } from '../../../src/engines/docker/api.ts';

let folder: string;

/** A `docker` that does what the test wants instead of dialling. */
async function program(script: string): Promise<{ PATH: string }> {
  await writeFile(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'docker'), 0o755);
  return { PATH: folder };
}

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'openimis-dial-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a connection over docker system dial-stdio', () => {
  it('that ended with its answer takes late input without an error', async () => {
    const socket = dial(await program('echo answer'));
    const seen: string[] = [];
    socket.setEncoding('utf8').on('data', (text: string) => seen.push(text));
    await once(socket, 'end');
    socket.end('too late');
    await once(socket, 'close');
    expect(seen.join('')).toBe('answer\n');
  });

  it('that could not be made fails with what docker said', async () => {
    const socket = dial(await program('echo "Cannot connect to the Docker daemon" >&2; exit 1'));
    socket.resume();
    await expect(once(socket, 'end')).rejects.toThrow('Cannot connect to the Docker daemon');
  });
});
