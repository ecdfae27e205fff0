/** Made from the files below src/doctor/checks by generated-indexes.js, in the build and in the tests. */
declare module 'virtual:doctor-checks' {
  // An import statement with a relative name is not allowed in here.
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports
  export const checks: Readonly<Record<string, import('./check.ts').Check>>;
}
