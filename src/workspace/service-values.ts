import type { Check } from './values.ts';

export const servicePathPattern = '^(/[A-Za-z0-9_][A-Za-z0-9._~-]*)+/?$';
const servicePath = new RegExp(servicePathPattern);
/** Paths that the gateway itself answers. */
const taken = ['front', 'iapi', 'api', 'photos', 'keeplegacyalive', 'legacyhome'];

/** A path of the legacy's site that programs ask for: `/rest/`, `/ClaimService.asmx`; it is for everything below it, too. */
export const servicePathProblem: Check = (value) => {
  if (value.length > 200 || !servicePath.test(value))
    return 'is a path of the legacy for programs, with letters, digits and . _ ~ - only: /rest/ or /ClaimService.asmx';
  const segments = servicePathSegments(value);
  if (segments.some((segment) => segment.endsWith('.'))) return 'ends a part with a dot, which Windows does not see';
  if (segments.some((segment) => segment.endsWith('.aspx')))
    return 'is a page for people: the login and its passwords stay on https';
  if (taken.includes(segments[0] ?? '')) return `is a path of the gateway itself (/${segments[0] ?? ''})`;
  return undefined;
};

/** As the gateway compares them: lower case, without slashes. */
export function servicePathSegments(path: string): readonly string[] {
  return path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
}
