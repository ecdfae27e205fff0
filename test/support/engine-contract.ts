import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import type { Engine, Labels } from '../../src/engines/engine.ts';
import type { RenderedProject } from '../../src/rendering/rendered.ts';

/** An engine with one image on it that can run `sleep`; `prefix` is free for names of containers, volumes and networks. */
export type EngineSubject = { readonly engine: Engine; readonly image: string; readonly prefix: string };

/** What every engine does, the real one as the stand-in in memory: one suite for both. */
export function engineContract(name: string, open: () => Promise<EngineSubject>): void {
  describe(`engine contract: ${name}`, () => {
    let engine: Engine;
    let image: string;
    let project: string;
    let labels: Labels;
    const other = { 'org.openimis.workspace': 'another-workspace', 'org.openimis.server': 'contract' };

    beforeAll(async () => {
      const subject = await open();
      ({ engine, image } = subject);
      project = `${subject.prefix}-contract`;
      labels = { 'org.openimis.workspace': 'contract-workspace', 'org.openimis.server': 'contract' };
      await engine.down(project, { volumes: true, labels });
    });
    afterAll(async () => {
      await engine.down(project, { volumes: true, labels });
      await engine.close();
    });

    const rendered = (command: string): RenderedProject => ({
      name: project,
      compose: stringify({
        services: {
          one: {
            image,
            command: ['sh', '-c', command],
            init: true,
            labels,
            networks: { inside: {} },
            secrets: ['KEY'],
            volumes: [{ type: 'volume', source: 'data', target: '/data' }],
          },
        },
        networks: { inside: { name: `${project}_inside`, labels, internal: true } },
        volumes: { data: { name: `${project}_data`, labels } },
        secrets: { KEY: { environment: 'CONTRACT_KEY' } },
      }),
      secretVariables: ['CONTRACT_KEY'],
    });
    const secrets = { CONTRACT_KEY: 'k' };

    it('knows its version and its box', async () => {
      const info = await engine.info();
      expect(info.version).toMatch(/^\d+\./);
      expect(info.cpus).toBeGreaterThan(0);
      expect(info.memory).toBeGreaterThan(2 ** 28);
    });

    it('knows an image that is there and no other', async () => {
      expect(await engine.image(image)).toMatchObject({ id: expect.stringMatching(/^sha256:/) as string });
      expect(await engine.image(`${project}:no-such-tag`)).toBeUndefined();
    });

    it('refuses to start without a secret, before anything is made', async () => {
      await expect(engine.up(rendered('sleep 600'), { secrets: {} })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
      expect(await engine.containers(labels)).toEqual([]);
    });

    it('creates without starting, then starts, and changes nothing the third time', async () => {
      await engine.validate(rendered('sleep 600'));
      await engine.up(rendered('sleep 600'), { create: true, secrets });
      const [created] = await engine.containers(labels);
      expect(created).toMatchObject({ project, service: 'one', state: 'created', image, restarts: 0 });
      expect(created?.labels).toMatchObject(labels);
      await engine.up(rendered('sleep 600'), { secrets });
      const [running] = await engine.containers(labels);
      expect(running).toMatchObject({ id: created?.id, state: 'running' });
      await engine.up(rendered('sleep 600'), { secrets });
      expect((await engine.containers(labels)).map(({ id }) => id)).toEqual([created?.id]);
    });

    it('keeps a container as it is with noRecreate, and makes a new one without', async () => {
      const [before] = await engine.containers(labels);
      await engine.up(rendered('sleep 601'), { secrets, noRecreate: true });
      expect((await engine.containers(labels))[0]?.id).toBe(before?.id);
      await engine.up(rendered('sleep 601'), { secrets });
      const after = await engine.containers(labels);
      expect(after).toHaveLength(1);
      expect(after[0]?.id).not.toBe(before?.id);
    });

    it('writes files into a container and reads them back; an absent folder is empty', async () => {
      const [one] = await engine.containers(labels);
      await engine.upload(one!.id, '/data/versions/v1', [
        { path: 'nginx.conf', content: 'a $b "c"\n' },
        { path: 'pages/ä.html', content: 'ü' },
      ]);
      const files = await engine.download(one!.id, '/data/versions/v1');
      expect(files.map(({ path, content }) => [path, content]).sort()).toEqual([
        ['nginx.conf', 'a $b "c"\n'],
        ['pages/ä.html', 'ü'],
      ]);
      const single = await engine.download(one!.id, '/data/versions/v1/nginx.conf');
      expect(single.map(({ path, content }) => [path, content])).toEqual([['nginx.conf', 'a $b "c"\n']]);
      expect(await engine.download(one!.id, '/data/none')).toEqual([]);
    });

    it('stops and starts containers', async () => {
      const [one] = await engine.containers(labels);
      await engine.stop([one!.id], 5);
      expect((await engine.containers(labels))[0]?.state).toBe('exited');
      await engine.stop([one!.id], 5);
      await engine.start([one!.id]);
      expect((await engine.containers(labels))[0]?.state).toBe('running');
    });

    it('keeps files in a volume, which only its labels find', async () => {
      const volume = `${project}_state`;
      expect(await engine.readVolume(volume, image, labels)).toEqual([]);
      await engine.writeVolume(volume, image, [{ path: 'r1/plan.json', content: '{}' }], labels);
      await engine.writeVolume(volume, image, [{ path: 'r2/plan.json', content: '[]' }], labels);
      await engine.writeVolume(volume, image, [{ path: 'r1/plan.json', content: '{"a":1}' }], labels);
      const files = await engine.readVolume(volume, image, labels);
      expect(files.map(({ path, content }) => [path, content]).sort()).toEqual([
        ['r1/plan.json', '{"a":1}'],
        ['r2/plan.json', '[]'],
      ]);
      expect((await engine.volumes(labels)).map((found) => found.name).sort()).toEqual([
        `${project}_data`,
        `${project}_state`,
      ]);
      expect(await engine.volumes(other)).toEqual([]);
    });

    it('gives a lock to one only, and again after its release', async () => {
      const lock = await engine.lock(`${project}-lock`, image, labels);
      await expect(engine.lock(`${project}-lock`, image, labels)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
      // What runs for a moment is no part of a server.
      expect(await engine.containers(labels)).toHaveLength(1);
      await lock.release();
      const again = await engine.lock(`${project}-lock`, image, labels);
      await again.release();
    });

    it('lists networks with labels', async () => {
      const found = (await engine.networks()).find((network) => network.name === `${project}_inside`);
      expect(found?.labels).toMatchObject(labels);
    });

    it('says what an operation on an unknown container means', async () => {
      await expect(engine.stop([`${project}-nobody-1`], 1)).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
    });

    it('takes down nothing of another workspace, and volumes only when told', async () => {
      await engine.down(project, { volumes: true, labels: other });
      expect(await engine.containers(labels)).toHaveLength(1);
      expect(await engine.volumes(labels)).toHaveLength(2);
      await engine.down(project, { volumes: false, labels });
      expect(await engine.containers(labels)).toEqual([]);
      expect((await engine.networks()).map((network) => network.name)).not.toContain(`${project}_inside`);
      expect(await engine.volumes(labels)).toHaveLength(2);
      await engine.down(project, { volumes: true, labels });
      expect(await engine.volumes(labels)).toEqual([]);
    });
  });
}
