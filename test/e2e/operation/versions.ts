import { expect, it } from 'vitest';

import type { CliRun } from '../../support/cli.ts';

type Box = {
  readonly name: string;
  readonly run: (...argv: readonly string[]) => Promise<CliRun>;
  readonly text: () => Promise<string>;
};

/** `openimis versions` on a server that runs. */
export function versionCases({ name, run, text }: Box): void {
  it('compares openimis.yaml with a revision that was deployed', async () => {
    const before = await text();
    expect(await run('versions', 'pin', name, 'backend:core=1.2.0')).toMatchObject({ code: 0 });
    const diff = await run('versions', 'diff', `${name}@r1`, name, '--component', 'backend');
    expect(diff.stdout).toMatch(/\n {2}↑ core +1\.1\.0 → 1\.2\.0 +upgraded \(minor\)$/);
    expect((await run('versions', 'diff', `${name}@r9`, name)).stderr).toContain(`revisions: ${name}@r1`);
    expect(await run('versions', 'unpin', name, 'backend:core')).toMatchObject({ code: 0 });
    expect(await text()).toBe(before);
  });
}
