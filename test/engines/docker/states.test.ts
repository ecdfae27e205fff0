import type Dockerode from 'dockerode';
import { describe, expect, it } from 'vitest';

import { carries, containerState, isForeign, isOurs } from '../../../src/engines/docker/states.ts';

const started = '2026-11-24T03:00:00Z';
const probe = (second: number, code: number, output = ''): object => ({
  Start: `2026-11-24T03:00:${String(second).padStart(2, '0')}Z`,
  ExitCode: code,
  Output: output,
});

/** The part of `docker inspect` that is read. */
function inspected(state: object, more: object = {}): Dockerode.ContainerInspectInfo {
  return {
    Id: 'abc',
    Name: '/openimis-test-r1-backend-1',
    RestartCount: 0,
    Config: {
      Image: 'backend:1',
      Labels: { 'com.docker.compose.project': 'openimis-test-r1', 'com.docker.compose.service': 'backend' },
    },
    NetworkSettings: { Networks: {} },
    State: { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: started, ...state },
    ...more,
  } as unknown as Dockerode.ContainerInspectInfo;
}

describe('the state of a container', () => {
  it('is what inspect says, in our words', () => {
    expect(containerState(inspected({}))).toEqual({
      id: 'abc',
      name: 'openimis-test-r1-backend-1',
      project: 'openimis-test-r1',
      service: 'backend',
      image: 'backend:1',
      labels: { 'com.docker.compose.project': 'openimis-test-r1', 'com.docker.compose.service': 'backend' },
      state: 'running',
      health: 'none',
      healthyProbes: 0,
      restarts: 0,
      oomKilled: false,
      startedAt: started,
      addresses: {},
    });
  });

  it.each([
    ['counts the last good probes', [probe(1, 1), probe(2, 0), probe(3, 0)], 2],
    ['begins again after a bad one', [probe(1, 0), probe(2, 0), probe(3, 1)], 0],
    ['counts five at most', [1, 2, 3, 4, 5].map((second) => probe(second, 0)), 5],
    ['forgets probes of the run before', [{ Start: '2026-11-24T02:59:59Z', ExitCode: 0 }, probe(3, 0)], 1],
  ])('%s', (_, log, count) => {
    const state = containerState(inspected({ Health: { Status: 'healthy', Log: log } }));
    expect([state.health, state.healthyProbes]).toEqual(['healthy', count]);
  });

  it('gives the last words of the probe, the exit code of one that ended, and memory as a reason', () => {
    const ended = containerState(
      inspected({
        Status: 'exited',
        ExitCode: 137,
        OOMKilled: true,
        Health: { Status: 'unhealthy', Log: [probe(1, 1, ' HTTP 500\n')] },
      }),
    );
    expect(ended).toMatchObject({ exitCode: 137, oomKilled: true, lastProbe: 'HTTP 500', health: 'unhealthy' });
  });

  it('knows the address of a container that does not run yet, and no start', () => {
    const networks = {
      x: { IPAddress: '', IPAMConfig: { IPv4Address: '10.0.0.9' } },
      y: { IPAddress: '10.1.0.2' },
      z: { IPAddress: '' },
    };
    const state = containerState(
      inspected({ Status: 'created', StartedAt: '0001-01-01T00:00:00Z' }, { NetworkSettings: { Networks: networks } }),
    );
    expect(state.addresses).toEqual({ x: '10.0.0.9', y: '10.1.0.2' });
    expect(state).not.toHaveProperty('startedAt');
    expect(state).not.toHaveProperty('exitCode');
  });
});

describe('whose a thing is', () => {
  const ours = { 'org.openimis.workspace': 'w1', 'org.openimis.server': 'test', 'org.openimis.revision': '1' };
  it('needs the label of a workspace: those of an image are inherited', () => {
    expect(isOurs(ours)).toBe(true);
    expect(isOurs({ 'org.openimis.component': 'gateway' })).toBe(false);
    expect(isOurs({})).toBe(false);
  });
  it('is foreign with another workspace or server, not with another revision', () => {
    expect(isForeign(ours, { ...ours, 'org.openimis.revision': '2' })).toBe(false);
    expect(isForeign(ours, { ...ours, 'org.openimis.workspace': 'w2' })).toBe(true);
    expect(isForeign(ours, { ...ours, 'org.openimis.server': 'qa' })).toBe(true);
    expect(isForeign({}, ours)).toBe(true);
  });
  it('carries all labels or not', () => {
    expect(carries(ours, { 'org.openimis.server': 'test' })).toBe(true);
    expect(carries(ours, { 'org.openimis.server': 'test', x: 'y' })).toBe(false);
  });
});
