import { describe, expect, it } from 'vitest';

import { judge } from '../../src/deployment/gate.ts';
import { redaction } from '../../src/deployment/redaction.ts';
import type { ContainerState } from '../../src/engines/engine.ts';

const good: ContainerState = {
  id: 'id',
  name: 'x',
  image: 'i',
  labels: {},
  state: 'running',
  health: 'healthy',
  healthyProbes: 3,
  restarts: 0,
  oomKilled: false,
  addresses: {},
};

describe('a container', () => {
  it.each<[string, Partial<ContainerState>, string, RegExp]>([
    ['healthy for three probes', {}, 'ready', /^/],
    ['healthy once', { healthyProbes: 1 }, 'waiting', /probe 1 of 3/],
    ['starting', { health: 'starting', lastProbe: 'refused' }, 'waiting', /starting: refused/],
    ['created', { state: 'created', health: 'none' }, 'waiting', /not started/],
    ['unhealthy', { health: 'unhealthy', lastProbe: 'HTTP 503' }, 'failed', /unhealthy: HTTP 503/],
    ['without a health check', { health: 'none' }, 'failed', /no health check/],
    ['healthy, but restarted once', { restarts: 1 }, 'failed', /was restarted 1 time$/],
    [
      'in a crash loop',
      { state: 'restarting', restarts: 4, exitCode: 1 },
      'failed',
      /exit code 1 and was restarted 4 times/,
    ],
    ['killed by the kernel', { state: 'exited', exitCode: 137, oomKilled: true }, 'failed', /more memory/],
    ['killed', { state: 'exited', exitCode: 137 }, 'failed', /exit code 137: most likely too little memory/],
    ['ended', { state: 'exited', exitCode: 0 }, 'failed', /by itself/],
    ['paused', { state: 'paused' }, 'failed', /somebody else/],
  ])('%s is %s', (_, change, kind, words) => {
    const verdict = judge({ ...good, ...change });
    expect(verdict.kind).toBe(kind);
    if (verdict.kind !== 'ready') expect(verdict.why).toMatch(words);
  });

  it('that lives long may have restarted before', () => {
    expect(judge({ ...good, restarts: 2 }, 2).kind).toBe('ready');
    expect(judge({ ...good, restarts: 3 }, 2).kind).toBe('failed');
  });
});

describe('redaction', () => {
  it('replaces a secret in every usual spelling', () => {
    const value = 'p"ä ß/+$&';
    const redact = redaction({ DATABASE_PASSWORD: value });
    const spelt = [value, encodeURIComponent(value), JSON.stringify(value), Buffer.from(value).toString('base64')].join(
      ' | ',
    );
    expect(redact(spelt)).toBe(
      '[DATABASE_PASSWORD] | [DATABASE_PASSWORD] | "[DATABASE_PASSWORD]" | [DATABASE_PASSWORD]',
    );
  });

  it('takes the longer of two secrets first, and each line of the API users', () => {
    const redact = redaction({
      DATABASE_PASSWORD: 'abc',
      DJANGO_SECRET_KEY: 'abcdef',
      API_USERS: 'ann:$2b$x|bob:$2b$y',
    });
    expect(redact('the hash $2b$x alone')).toBe('the hash [API_USERS] alone');
    expect(redact('abcdef abc bob:$2b$y')).toBe('[DJANGO_SECRET_KEY] [DATABASE_PASSWORD] [API_USERS]');
  });

  it('leaves text alone when there is no secret', () => {
    expect(redaction({ API_USERS: '' })('text')).toBe('text');
  });
});
