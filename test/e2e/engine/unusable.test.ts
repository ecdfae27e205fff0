import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { inPath } from '../../../src/engines/docker/requirements.ts';
import { engineContract } from '../../support/engine-contract.ts';

/** The real docker client with an engine or an environment that does not work. */
describe('an engine that cannot be used', () => {
  let folder: string;
  const realDocker = (process.env['PATH'] ?? '')
    .split(':')
    .map((part) => join(part, 'docker'))
    .find((file) => inPath({ PATH: join(file, '..') }, 'docker'));
  const usual = { HOME: '/nonexistent', PATH: process.env['PATH'] };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openimis-engine-'));
    await mkdir(join(folder, 'empty'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A folder for PATH with the real docker behind a script of ours. */
  const path = async (name: string, programs: Readonly<Record<string, string>>): Promise<string> => {
    const bin = join(folder, name);
    await mkdir(bin);
    for (const [program, script] of Object.entries(programs)) {
      await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, program), 0o755);
    }
    return `${bin}:/usr/bin:/bin`;
  };

  it('no docker program: how to install it here', async () => {
    await expect(createDockerEngine({ env: { ...usual, PATH: join(folder, 'empty') } })).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      hints: expect.arrayContaining([expect.stringMatching(/apt-get install|docs\.docker\.com/)]) as string[],
    });
  });

  it('an engine that does not run: how to start it', async () => {
    const env = { ...usual, DOCKER_HOST: `unix://${join(folder, 'none.sock')}` };
    await expect(createDockerEngine({ env })).rejects.toMatchObject({
      code: 'ENGINE_NOT_RUNNING',
      message: expect.stringContaining('none.sock') as string,
      hints: expect.arrayContaining([expect.stringContaining('systemctl start docker')]) as string[],
    });
  });

  it('nobody answers on the network', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const env = { ...usual, DOCKER_HOST: `tcp://127.0.0.1:${port}` };
    await expect(createDockerEngine({ env })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining(`tcp://127.0.0.1:${port}`) as string,
    });
  });

  it('ssh that does not get there: the ssh command to try', async () => {
    const PATH = await path('ssh', { ssh: 'echo "Host key verification failed." >&2; exit 255' });
    await symlink(realDocker ?? '', join(folder, 'ssh', 'docker'));
    await expect(
      createDockerEngine({ env: { ...usual, PATH, DOCKER_HOST: 'ssh://admin@box.invalid' } }),
    ).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('Host key verification failed') as string,
      hints: expect.arrayContaining([expect.stringContaining('ssh admin@box.invalid docker version')]) as string[],
    });
  });

  it('a context that does not exist', async () => {
    await expect(createDockerEngine({ env: { ...usual, DOCKER_CONTEXT: 'nowhere' } })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      hints: expect.arrayContaining([expect.stringContaining('docker context ls')]) as string[],
    });
  });

  it('Compose version 1 only', async () => {
    const PATH = await path('compose-v1', {
      docker: `[ "$1" = compose ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }\nexec ${realDocker} "$@"`,
      'docker-compose': 'echo docker-compose version 1.29.2',
    });
    await expect(createDockerEngine({ env: { ...usual, PATH } })).rejects.toMatchObject({
      code: 'COMPOSE_MISSING',
      message: expect.stringContaining('the docker-compose program here cannot be used') as string,
    });
  });

  it('a Compose that is too old', async () => {
    const PATH = await path('compose-old', {
      docker: `[ "$1" = compose ] && { echo 2.17.3; exit 0; }\nexec ${realDocker} "$@"`,
    });
    await expect(createDockerEngine({ env: { ...usual, PATH } })).rejects.toMatchObject({
      code: 'COMPOSE_MISSING',
      message: expect.stringContaining('2.17.3 is too old') as string,
    });
  });

  it('an engine that is too old', async () => {
    const PATH = await path('engine-old', {
      docker: `[ "$1" = version ] && { echo '{"Server":{"Version":"19.03.15"}}'; exit 0; }\nexec ${realDocker} "$@"`,
    });
    await expect(createDockerEngine({ env: { ...usual, PATH } })).rejects.toMatchObject({ code: 'ENGINE_TOO_OLD' });
  });

  it('a user without permission on the socket', async () => {
    const script = `const { createDockerEngine } = await import(${JSON.stringify(engineModule)});
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      await createDockerEngine({ env: { PATH: process.env.PATH, HOME: '/nonexistent' } }).catch((error) => console.log(error.code, error.hints[0]));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout) output += String(chunk);
    expect(output).toMatch(/^ENGINE_PERMISSION sudo usermod -aG docker/);
  });
});

const engineModule = new URL('../../../src/engines/docker/docker-engine.ts', import.meta.url).href;

/** A stand-in `ssh` that runs the words after the host here: docker's own way over ssh, to another "box" with the same engine. */
describe('an engine on another box', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openimis-ssh-'));
    await writeFile(
      join(folder, 'ssh'),
      '#!/bin/sh\nunset DOCKER_HOST\nwhile [ "$1" != docker ]; do shift; done\nexec "$@"\n',
    );
    await chmod(join(folder, 'ssh'), 0o755);
  });
  const open = (): Promise<Engine> =>
    createDockerEngine({
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, DOCKER_HOST: 'ssh://admin@box.invalid' },
    });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  engineContract('Docker over ssh', async () => {
    const engine = await open();
    return { engine, image: await engine.baseImage(), prefix: 'test-engine-ssh' };
  });

  it('looks at the box through a container there', async () => {
    const engine = await open();
    expect(engine).toMatchObject({ remote: true, endpoint: 'ssh://admin@box.invalid' });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await engine.portOwners([port])).toEqual([
      { port, address: '127.0.0.1', owner: 'a process of the engine’s box' },
    ]);
    expect((await engine.hostSubnets()).length).toBeGreaterThan(0);
    server.close();
    await engine.close();
  });
});
