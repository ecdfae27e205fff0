import { describe, expect, it } from 'vitest';

import { upstreamRepositories } from '../../src/images/missing-versions.ts';
import { componentWish, type WishSource } from '../../src/images/server-wish.ts';
import { ageInDays, dayOf, upgradeWords } from '../../src/cli/lock-flags.ts';
import { loadRelease } from '../../src/workspace/store/release-store.ts';
import { packageFolder } from '../support/cli.ts';
import { failureOf, rejectionOf } from '../workspace/failure-of.ts';

const release = await loadRelease(packageFolder, '1.1.0');
const source: WishSource = {
  name: 'test',
  server: { odbc: { driver: 'freetds' } },
  generation: '1.1',
  release,
  workspaceFolder: '/',
};

describe('what a component is locked from', () => {
  it("is the release's modules by their Django names, and its commit of the assembly", async () => {
    const wish = await componentWish('ibackend', source);
    expect(wish.modules.map(({ name }) => name).slice(0, 5)).toEqual(['core', 'report', 'location', 'medical', 'medical_pricelist']); // prettier-ignore
    expect(wish.assembly).toEqual({
      kind: 'git',
      url: 'https://github.com/openimis/openimis-be_py.git',
      ref: 'v1.1.0',
      commit: 'c75a25b14e29ea00363b3cb405ae709874d3a85a',
    });
    expect((await componentWish('backend', source)).input).toBe(wish.input);
  });

  it('changes with every setting that changes the image', async () => {
    const servers: WishSource['server'][] = [
      source.server,
      { odbc: { driver: 'microsoft', licenceAccepted: '2026-11-25' } },
      { ...source.server, images: { base: { backend: 'python:3.8-slim' } } },
      { ...source.server, assembly: { backend: 'https://host/fork.git@main' } },
      { ...source.server, pins: { backend: { 'openimis-be-core': '1.1.1' } } },
      { ...source.server, extra: { backend: { requests: '*' } } },
    ];
    const inputs = await Promise.all(servers.map(async (server) => (await componentWish('backend', { ...source, server })).input)); // prettier-ignore
    expect(new Set(inputs).size).toBe(servers.length);
  });

  it('wants a choice of driver, an assembly and pins', async () => {
    const undecided = await rejectionOf(componentWish('backend', { ...source, server: {} }));
    expect(undecided.hints.join()).toMatch(/freetds.*licenceAccepted/s);
    const bare: WishSource = { name: 'test', server: {}, generation: '1.1', workspaceFolder: '/' };
    const server = { odbc: { driver: 'none' as const }, pins: { backend: { 'openimis-be-core': '0.0.15' } } };
    expect((await rejectionOf(componentWish('backend', { ...bare, server }))).message).toContain('openimis-be_py');
    expect((await rejectionOf(componentWish('backend', { ...bare, server: {} }))).message).toContain('no pins');
  });
});

describe('repositories of upstream', () => {
  it('are called in one of several ways', () => {
    expect(upstreamRepositories('backend', 'openimis-be-calcrule-third-party-payment')).toContain(
      'https://github.com/openimis/openimis-be-calcrule-third_party_payment_py.git',
    );
    expect(upstreamRepositories('backend', 'openimis-be-core')).toEqual(['https://github.com/openimis/openimis-be-core_py.git']); // prettier-ignore
    expect(upstreamRepositories('frontend', '@openimis/fe-claim_batch')).toEqual(['https://github.com/openimis/openimis-fe-claim_batch_js.git']); // prettier-ignore
    expect(upstreamRepositories('backend', 'django')).toEqual([]);
  });
});

describe('flags of versions lock', () => {
  it('are read, or refused', () => {
    expect([upgradeWords(undefined), upgradeWords('all'), upgradeWords('core, django')]).toEqual([undefined, [], ['core', 'django']]); // prettier-ignore
    expect([ageInDays('7d'), ageInDays('0'), dayOf('2024-12-15')]).toEqual([7, 0, '2024-12-15']);
    for (const wrong of [
      () => upgradeWords('a b'),
      () => upgradeWords(''),
      () => ageInDays('7w'),
      () => dayOf('2024-02-30'),
    ])
      // prettier-ignore
      expect(failureOf(wrong).code).toBe('USAGE');
  });
});
