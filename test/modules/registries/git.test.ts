import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findRef, readRefs } from '../../../src/modules/registries/git/refs.ts';
import { gitRemotes } from '../../../src/modules/registries/git/remotes.ts';
import { registryStandIn } from '../../support/registry-stand-in.ts';

let folder: string;
let repository: string;
let commits: readonly string[];
const env = () => ({ PATH: process.env['PATH'], HOME: folder });
const ask = (url: string, options = {}) =>
  gitRemotes({ env: env(), signal: new AbortController().signal, offline: false, timeout: 10_000, ...options }).refs(
    url,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-git-'));
  repository = join(folder, 'openimis-be-core_py');
  const git = async (...argv: string[]) =>
    (await execa('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...argv], { env: env(), extendEnv: false })).stdout; // prettier-ignore
  await execa('git', ['init', '-q', '-b', 'develop', repository], { env: env(), extendEnv: false });
  await git('commit', '-q', '--allow-empty', '-m', 'one');
  await git('tag', 'v1.0.0');
  await git('commit', '-q', '--allow-empty', '-m', 'two');
  await git('tag', '-a', '1.3.2', '-m', 'annotated');
  await git('branch', 'release/24.10', 'v1.0.0');
  commits = [await git('rev-parse', 'v1.0.0'), await git('rev-parse', 'develop')];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a git repository', () => {
  it('tells branches, tags (annotated ones too) and its default branch', async () => {
    const answer = await ask(`file://${repository}`);
    if (answer.state !== 'found') throw answer.why;
    const { refs } = answer;
    expect(refs.defaultBranch).toBe('develop');
    expect(findRef(refs, undefined)).toEqual({ kind: 'branch', commit: commits[1] });
    expect(findRef(refs, 'v1.0.0')).toEqual({ kind: 'tag', commit: commits[0] });
    expect(findRef(refs, '1.3.2')).toEqual({ kind: 'tag', commit: commits[1] });
    expect(findRef(refs, 'release/24.10')).toEqual({ kind: 'branch', commit: commits[0] });
    expect(findRef(refs, commits[0]!.slice(0, 9))).toEqual({ kind: 'commit', commit: commits[0] });
    expect(findRef(refs, 'a'.repeat(40))).toEqual({ kind: 'commit', commit: 'a'.repeat(40) });
    expect(findRef(refs, 'nonsense')).toBeUndefined();
  });

  it("is asked with the operator's own settings: rewritten addresses", async () => {
    await writeFile(
      join(folder, '.gitconfig'),
      `[url "file://${folder}/"]\n  insteadOf = https://github.com/openimis/\n`,
    );
    expect(await ask('https://github.com/openimis/openimis-be-core_py')).toMatchObject({ state: 'found' });
    await rm(join(folder, '.gitconfig'));
  });

  it('that is not there or wants a password is said to be so, without a prompt and without the password', async () => {
    expect(await ask(`file://${folder}/none`)).toMatchObject({ state: 'unknown', why: { code: 'GIT_REFUSED' } });
    const server = await registryStandIn({});
    try {
      server.break('/', (_, to) => to.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
      const answer = await ask(`${server.origin.replace('//', '//me:very-secret@')}/x.git`);
      expect(answer).toMatchObject({ state: 'unknown', why: { code: 'GIT_REFUSED' } });
      expect(JSON.stringify(answer) + String(answer.state === 'unknown' && answer.why.message)).not.toContain('secret');
    } finally {
      await server.close();
    }
  });

  it('that does not answer is given up after the time, and its host with it', async () => {
    const server = await registryStandIn({});
    try {
      server.break('/', () => {});
      const remotes = gitRemotes({ env: env(), signal: new AbortController().signal, offline: false, timeout: 300 });
      expect(await remotes.refs(`${server.origin}/a.git`)).toMatchObject({ why: { code: 'GIT_UNREACHABLE' } });
      expect(await remotes.refs(`${server.origin}/b.git`)).toMatchObject({ why: { code: 'GIT_UNREACHABLE' } });
      expect(server.requests).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it.each(['ext::sh -c id', '--upload-pack=touch /tmp/x', 'fd::17/x', '/'])('%j runs nothing', async (url) => {
    expect(await ask(url)).toMatchObject({ state: 'unknown' });
  });

  it('is not asked offline', async () => {
    expect(await ask(`file://${repository}`, { offline: true })).toMatchObject({ state: 'unknown' });
  });

  it('lines of another form are passed over', () => {
    expect(readRefs('nonsense\nx\trefs/tags/v1\n\trefs/heads/a').tags.size).toBe(0);
  });
});
