/** Rules of templates/gateway/refusals.json, in its order; a test compares the two. Each may be switched off by its name. */
export const refusalNames = [
  'methods',
  'odd-names',
  'download',
  'config',
  'program-folders',
  'source',
  'database-files',
  'copies',
  'hidden-folders',
  'diagnostics',
  'logs',
  'extracts',
  'report-viewer',
  'photos',
] as const;
export type RefusalName = (typeof refusalNames)[number];
