import type { RegisteredCheck } from '../../doctor/check.ts';
import { type Finding, groups } from '../../doctor/finding.ts';
import type { DoctorReport } from '../../doctor/report.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

const marks = { ok: 'ok', warning: 'warning', problem: 'problem', skipped: 'skipped' } as const;
const colours = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'dim' } as const;

/** By group; of a warning or a problem also what is expected, why it matters and what to type. */
export function doctorView(report: DoctorReport, verbose: boolean): string {
  const shown = Object.entries(groups).flatMap(([group, title]) => {
    const own = report.findings.filter((finding) => finding.group === group);
    return own.length === 0 ? [] : ['', paint('bold', title), ...linesOf(own, verbose)];
  });
  const { ok, warning, problem, skipped } = report.counts;
  return [
    ...shown.slice(1),
    '',
    paint('dim', `${ok} ok, ${warning} warnings, ${problem} problems, ${skipped} skipped`),
    paint(problem > 0 ? 'red' : warning > 0 ? 'yellow' : 'green', harmless(report.verdict)),
    ...(report.letter === undefined
      ? []
      : [`Next: openimis doctor ${report.server ?? ''} --letter    a text for the owner of the legacy side`]),
    ...(verbose ? sent(report) : []),
  ].join('\n');
}

/** Checks that were skipped because of another one are one line together, unless every line is wanted. */
function linesOf(findings: readonly Finding[], verbose: boolean): readonly string[] {
  if (verbose) return findings.flatMap(findingLines);
  const causes = Map.groupBy(findings, ({ because }) => because);
  const together = [...causes].flatMap(([because, ones]) =>
    because === undefined
      ? []
      : [`${paint('dim', 'skipped')} ${ones.length === 1 ? 'one more' : `${ones.length} more`}: because of ${because}`],
  );
  return [...(causes.get(undefined) ?? []).flatMap(findingLines), ...together];
}

function findingLines({ id, state, title, found, expected, why, fix }: Finding): readonly string[] {
  const head = `${paint(colours[state], marks[state].padEnd(7))} ${title}: ${paint('dim', harmless(found))}`;
  if (state !== 'problem' && state !== 'warning') return [head];
  return [
    head,
    `        expected: ${expected}`,
    `        because:  ${why}`,
    ...fix.map((line, n) => `        ${n === 0 ? paint('cyan', 'do:      ') : '         '} ${harmless(line)}`),
    paint('dim', `        (${id})`),
  ];
}

function sent({ statements, requests }: DoctorReport): readonly string[] {
  const sql = ['', 'Sent to SQL Server, over one connection, after the settings of the session:', ...statements];
  const http = ['', 'Asked of the website:', ...requests];
  return [...(statements.length === 0 ? [] : sql), ...(requests.length === 0 ? [] : http)];
}

export function checkListView(checks: readonly Pick<RegisteredCheck, 'id' | 'title'>[]): string {
  return table(checks.map(({ id, title }) => [id, title]));
}

/** The letter alone, ready to be sent. */
export function letterView({ letter }: DoctorReport): string {
  return letter === undefined ? 'The owner of the legacy side has nothing to do.' : harmless(letter);
}
