import { compare, satisfies, valid } from '@renovatebot/pep440';

/** Values of PEP 508's variables where the packages are going to run. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

/** CPython of a version (`3.11`) in a Debian container on amd64. */
export function linuxEnvironment(python: string): MarkerEnvironment {
  return {
    python_version: python.split('.').slice(0, 2).join('.'),
    python_full_version: python.split('.').length > 2 ? python : `${python}.0`,
    implementation_name: 'cpython',
    platform_python_implementation: 'CPython',
    os_name: 'posix',
    sys_platform: 'linux',
    platform_system: 'Linux',
    platform_machine: 'x86_64',
    extra: '',
  };
}

const word = /\s*(?:(\(|\))|('[^']*'|"[^"]*")|(===|~=|==|!=|<=|>=|<|>)|([a-z_][a-z0-9_.]*))\s*/iy;

/** Does a requirement with this marker count there? Undefined: the marker cannot be read, or is about something unknown. */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean | undefined {
  try {
    const words = wordsOf(marker);
    const result = either(words, environment);
    return words.length === 0 ? result : undefined;
  } catch {
    return undefined;
  }
}

function wordsOf(marker: string): string[] {
  const words: string[] = [];
  for (word.lastIndex = 0; word.lastIndex < marker.length;) {
    const match = word.exec(marker);
    if (match === null) throw new Error('not a marker');
    words.push(match[0].trim());
  }
  return words;
}

function either(words: string[], environment: MarkerEnvironment): boolean {
  let result = both(words, environment);
  while (words[0] === 'or') {
    words.shift();
    // Both sides are read, whatever the first one is.
    const other = both(words, environment);
    result ||= other;
  }
  return result;
}

function both(words: string[], environment: MarkerEnvironment): boolean {
  let result = one(words, environment);
  while (words[0] === 'and') {
    words.shift();
    const other = one(words, environment);
    result &&= other;
  }
  return result;
}

function one(words: string[], environment: MarkerEnvironment): boolean {
  if (words[0] === '(') {
    words.shift();
    const result = either(words, environment);
    if (words.shift() !== ')') throw new Error('an open parenthesis');
    return result;
  }
  const left = value(words.shift(), environment);
  let operator = words.shift() ?? '';
  if (operator === 'not') operator = `not ${words.shift() ?? ''}`;
  return compared(left, operator, value(words.shift(), environment));
}

function value(text: string | undefined, environment: MarkerEnvironment): string {
  if (text === undefined) throw new Error('ends too early');
  if (/^['"]/.test(text)) return text.slice(1, -1);
  // Old spellings of PEP 345.
  const name = text.replace('.', '_').replace('python_implementation', 'platform_python_implementation');
  const found = environment[name.replace('platform_platform_', 'platform_')];
  if (found === undefined) throw new Error('unknown variable');
  return found;
}

function compared(left: string, operator: string, right: string): boolean {
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
  }
  const versions = valid(left) !== null && /^v?\d/.test(right);
  if (versions) {
    // `"3.8" <= python_version` has the fixed side on the left.
    return valid(right) === null || /[*]/.test(right)
      ? satisfies(left, `${operator}${right}`, { prereleases: true })
      : order(compare(left, right), operator, () => satisfies(left, `${operator}${right}`, { prereleases: true }));
  }
  return order(left < right ? -1 : left > right ? 1 : 0, operator, () => {
    throw new Error('no operator of texts');
  });
}

function order(difference: number, operator: string, others: () => boolean): boolean {
  switch (operator) {
    case '==':
    case '===':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return others();
  }
}
