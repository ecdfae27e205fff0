/** PEP 503: runs of `-`, `_` and `.` are one `-`, case does not count (openimis-be-api_fhir is openimis-be-api-fhir). */
export function normalisePythonName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Components whose modules come from npm (names case-exact) or from PyPI (names normalised). */
export type PinComponent = 'frontend' | 'backend' | 'ibackend';

/** The one spelling under which two names of the same package are equal. */
export function packageKey(component: PinComponent, name: string): string {
  return component === 'frontend' ? name : normalisePythonName(name);
}
