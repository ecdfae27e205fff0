import { Failure } from '../failure.ts';

/** `core,django` or `all` (empty). Undefined: nothing is to move that need not. */
export function upgradeWords(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => !/^@?[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(word)))
    throw new Failure('USAGE', '--upgrade takes names of modules or packages, with commas between them, or all', [
      '--upgrade core,django',
    ]);
  return words.includes('all') ? [] : words;
}

export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (date === undefined || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text)
    throw new Failure('USAGE', '--as-of takes a day, e.g. 2024-12-15');
  return text;
}

/** `7d`, `7` -> 7. */
export function ageInDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^(\d{1,4})d?$/.exec(text)?.[1];
  if (days === undefined) throw new Failure('USAGE', '--min-age takes days, e.g. 7d');
  return Number(days);
}
