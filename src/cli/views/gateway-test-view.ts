import type { GatewayTestResult } from '../test-servers-gateway.ts';
import { harmless, paint } from '../paint.ts';

const marks = { ok: 'ok', problem: 'problem', skipped: 'skipped' } as const;
const colours = { ok: 'green', problem: 'red', skipped: 'dim' } as const;

/** A line per check; of a problem also what was expected and why it matters. */
export function gatewayTestView({ server, address, port, dns, findings }: GatewayTestResult): string {
  const lines = findings.flatMap(({ state, title, found, expected, why }) => {
    const head = `${paint(colours[state], marks[state].padEnd(7))} ${title}: ${paint('dim', harmless(found))}`;
    return state === 'problem' ? [head, `        expected: ${expected}`, `        because ${why}`] : [head];
  });
  const count = (state: keyof typeof marks): number => findings.filter((finding) => finding.state === state).length;
  const problems = count('problem');
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} do not apply`;
  return [
    `${paint('bold', server)}: the gateway ${dns}, asked at ${address} port ${port}`,
    ...lines,
    `${count('ok')} as it must be, ${problems === 0 ? 'no problem' : `${problems} with a problem`}${skipped}`,
    ...(problems === 0 ? [] : [`Next: openimis logs ${server} gateway, then docs/gateway.md`]),
  ].join('\n');
}
