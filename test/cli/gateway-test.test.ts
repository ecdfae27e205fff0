import { afterAll, beforeAll, expect, it } from 'vitest';

import { gatewayChecks } from '../../src/gateway-test/test-gateway.ts';
import { type LaxGateway, startLaxGateway } from '../gateway-test/lax-gateway.ts';
import { inTemporaryFolder, openimis } from '../support/cli.ts';

let lax: LaxGateway;
beforeAll(async () => {
  lax = await startLaxGateway();
});
afterAll(() => lax.close());

it('prints every problem with what was expected, and ends with 4', async () => {
  await inTemporaryFolder(async (cwd) => {
    const { https, http } = lax.door;
    const flags = [
      ...['--legacy-ip', '127.0.0.1', '--database-name', 'IMIS', '--database-user', 'imis', '--release', '1.1.0'],
      ...['--gateway-dns', 'new.example.org', '--gateway-https', String(https), '--gateway-http', String(http)],
    ];
    expect(await openimis(['init', 'test', ...flags], { cwd })).toMatchObject({ code: 0 });
    const argv = ['gateway', 'test', 'test', '--connect', '127.0.0.1'];
    const [text, json, nowhere] = await Promise.all([
      openimis(argv, { cwd }),
      openimis([...argv, '--json'], { cwd }),
      openimis(['gateway', 'test', 'test', '--connect', '127.0.0.9', '--json'], { cwd }),
    ]);
    expect([text.code, json.code]).toEqual([4, 4]);
    const head = `test: the gateway new.example.org, asked at 127.0.0.1 port ${https}`;
    expect(text.stdout.split('\n')[0]).toBe(head);
    expect(text.stdout).toContain('problem a posted name signs nobody on: 200 for /iapi after a POST to Logout.aspx');
    expect(text.stdout).toContain('        expected: 401 on /iapi after each\n        because ');
    expect(text.stdout).toContain('Next: openimis logs test gateway');
    const document = JSON.parse(json.stdout) as { ok: boolean; data: { findings: { id: string; state: string }[] } };
    expect(document.ok).toBe(true);
    expect(document.data.findings.map(({ id }) => id)).toEqual(gatewayChecks.map(({ id }) => id));
    expect(nowhere.code).toBe(5);
    expect(JSON.parse(nowhere.stdout)).toMatchObject({ ok: false, error: { code: 'GATEWAY_UNREACHABLE' } });
  });
}, 60_000);
