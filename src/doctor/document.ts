import type { RegisteredCheck } from './check.ts';
import { type Group, groups } from './finding.ts';

/** One page per group, made from the checks: `docs/doctor/<group>.md` and its text. */
export function documentation(checks: readonly RegisteredCheck[]): Readonly<Record<string, string>> {
  const present = (Object.keys(groups) as readonly Group[]).filter((group) =>
    checks.some((check) => check.group === group),
  );
  return Object.fromEntries(present.map((group) => [`${group}.md`, page(group, checks)]));
}

function page(group: Group, checks: readonly RegisteredCheck[]): string {
  const own = checks.filter((check) => check.group === group);
  return [
    `# Doctor: ${groups[group]}`,
    '',
    `Made from \`src/doctor/checks/${group}/\`, one file per check. \`openimis doctor --only ${group}\` runs these alone.`,
    '',
    ...own.flatMap(({ id, title, expected, why, needs }) => [
      `## ${id}`,
      '',
      `${capital(title)}.`,
      '',
      `- expected: ${expected}`,
      `- because: ${why}`,
      ...(needs.length === 0 ? [] : [`- skipped unless well: ${needs.map((need) => `\`${need}\``).join(', ')}`]),
      '',
    ]),
  ].join('\n');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
