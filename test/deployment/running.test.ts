import { beforeEach, describe, expect, it } from 'vitest';

import { captureView } from '../../src/cli/views/capture-view.ts';
import { capture } from '../../src/deployment/capture.ts';
import { runningPins } from '../../src/deployment/running-pins.ts';
import { imageLabel, pinsLabel } from '../../src/images/image-labels.ts';
import { sealed } from '../../src/modules/lock/write-lock.ts';
import { emptyLock, type LockedComponent, withComponent } from '../../src/modules/lock/lock.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { lockedBackend } from '../modules/lock/fixture.ts';
import { box, contextOn, deployOn } from './fixture.ts';

const backend: LockedComponent = lockedBackend();
const frontend = sealed({
  ...backend,
  modules: [{ ...backend.modules[0]!, name: 'CoreModule', package: '@openimis/fe-core', version: '1.4.1' }],
  extra: [],
  packages: [{ name: '@openimis/fe-core', version: '1.4.1', path: 'node_modules/@openimis/fe-core', source: { index: 'https://registry.npmjs.org/' }, hashes: ['sha512-AA=='] }], // prettier-ignore
});
const lock = withComponent(withComponent(emptyLock, 'test', 'backend', backend), 'test', 'frontend', frontend);

describe('what runs', () => {
  let world: FakeWorld;
  const service = (name: string) => world.find(`openimis-test-r1-${name}-1`);
  beforeEach(async () => {
    world = box();
    await deployOn(contextOn(world));
    const installed = backend.packages.map(({ name, version, source }) => ({
      ...{ name, version },
      commit: 'git' in source ? source.commit : null,
    }));
    for (const name of ['backend', 'worker', 'ibackend'])
      service(name).files.set('/installed.json', JSON.stringify(installed));
    const page = JSON.stringify([{ name: '@openimis/fe-core', version: '1.4.1' }]);
    service('frontend').files.set('/usr/share/openimis/packages.json', page);
    service('backend').labels = { ...service('backend').labels, [imageLabel.content]: backend.content };
  });

  it('is as locked; the worker counts as a backend, and what is not locked lists its modules', async () => {
    const components = await capture(contextOn(world), lock);
    expect(components.map(({ component, drift }) => [component, drift])).toEqual([
      ['frontend', []],
      ['backend', []],
      ['ibackend', undefined],
      ['worker', []],
    ]);
    expect(components[1]).toMatchObject({ revision: 1, image: 'be:1', fromThisLock: true });
    const text = captureView({ server: 'test', components, asLocked: false }, false);
    expect(text.split('\n')).toEqual([
      'frontend  fe:1 (r1), 1 packages: as locked',
      'backend  be:1 (r1), 3 packages: as locked',
      'ibackend  ibe:1 (r1), 3 packages: not in openimis.lock.json',
      expect.stringMatching(/^ {2}openimis-be-claim +0\.0\.16 +8f4e309d3263$/),
      expect.stringMatching(/^ {2}openimis-be-core +1\.0\.4$/),
      'worker  be:1 (r1), 3 packages: as locked',
      'Next: openimis versions lock test',
    ]);
  });

  it('is not as locked: what somebody put into a container is named', async () => {
    const page = JSON.stringify([{ name: '@openimis/fe-core', version: '1.5.0' }, { name: 'left-pad', version: '1.3.0' }]); // prettier-ignore
    service('frontend').files.set('/usr/share/openimis/packages.json', page);
    const components = await capture(contextOn(world), lock);
    const text = captureView({ server: 'test', components: components.slice(0, 1), asLocked: false }, false);
    expect(text.split('\n')).toEqual([
      'frontend  fe:1 (r1), 2 packages: 2 not as locked',
      '  ~ @openimis/fe-core locked 1.4.1, running 1.5.0',
      '  + left-pad 1.3.0 is not in the lock',
      'Next: openimis deploy test',
    ]);
  });

  it('tells its pins by labels, and names the image that has none', async () => {
    await expect(runningPins(contextOn(world))).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      hints: [expect.stringContaining('openimis versions capture test')],
    });
    for (const name of ['backend', 'ibackend', 'worker'])
      service(name).labels = { ...service(name).labels, [imageLabel.pins]: pinsLabel(backend) };
    service('frontend').labels = { ...service('frontend').labels, [imageLabel.pins]: pinsLabel(frontend) };
    const { name, components, extra } = await runningPins(contextOn(world));
    expect(name).toBe('test@running');
    expect(components.backend).toHaveLength(2);
    expect(components.backend?.[1]).toMatchObject({ package: 'openimis-be-claim', source: { kind: 'git' } });
    expect(components.frontend?.[0]).toMatchObject({ module: 'core', spec: '1.4.1' });
    expect(extra).toEqual({ backend: [expect.anything()], ibackend: [expect.anything()] });
  });

  it('is nothing where nothing runs', async () => {
    await expect(capture(contextOn(new FakeWorld()), lock)).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
  });
});
