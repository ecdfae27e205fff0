import type Dockerode from 'dockerode';
import { describe, expect, it } from 'vitest';

import type { Api } from '../../../src/engines/docker/api.ts';
import { spaceLeft } from '../../../src/engines/docker/disk.ts';

const text = 'write /var/lib/docker/x: no space left on device';
const api = (remote: boolean, folder: string): Api => ({
  docker: { info: () => Promise.resolve({ DockerRootDir: folder }) } as unknown as Dockerode,
  where: { endpoint: 'unix:///var/run/docker.sock', remote },
  ask: (_what, question) => question(),
  close: () => {},
});

describe('a full disk', () => {
  it('is told with its numbers', async () => {
    const failure = await spaceLeft(api(false, '/'), text);
    expect(failure.code).toBe('DISK_FULL');
    expect(failure.message).toMatch(/^no space left on device: \d+\.\d GB of \d+\.\d GB are free where \/ is$/);
    expect(failure.hints[0]).toContain('docker system df');
  });

  it('is told without them where they cannot be known', async () => {
    expect((await spaceLeft(api(true, '/'), text)).message).toBe('no space left on device on the box of the engine');
    expect((await spaceLeft(api(false, '/no/such/folder'), text)).message).toBe('no space left on device');
  });
});
