/** A column of the legacy database and its length in characters (-1: max, undefined: not a text column). */
export type Column = { readonly table: string; readonly column: string; readonly length?: number };

/** What the tables and columns of a database tell about it. */
export type DatabaseKind = {
  /** Has the tables of the legacy openIMIS. */
  readonly legacy: boolean;
  /** Has the tables that the modular backend needs besides (made by its migrations). */
  readonly modular: boolean;
  /** Newest version of the legacy database whose marks are all there; `1.3.0` stands for 1.3.0 and anything older. */
  readonly legacyVersion?: string;
};

/** Tables without which the modular backend of 1.0.0 and 1.1.0 cannot work (domain.md section 6). */
export const modularTables = ['django_migrations', 'django_content_type', 'auth_group', 'core_User'] as const;

type Mark = { readonly table: string; readonly column?: string; readonly length?: number };

/** domain.md section 6: what each version of the legacy database is the first to have; newest first. */
const versions: readonly { readonly version: string; readonly marks: readonly Mark[] }[] = [
  {
    version: '1.7.3-24.04',
    marks: [
      { table: 'tblInsuree', column: 'CHFID', length: 50 },
      { table: 'tblClaim', column: 'ClaimCode', length: 50 },
    ],
  },
  {
    version: '1.7.2.1',
    marks: ['tblFamilies', 'tblInsuree', 'tblPolicy', 'tblPremium'].flatMap((table) => [
      { table, column: 'Source' },
      { table, column: 'SourceVersion' },
    ]),
  },
  {
    version: '1.7.0',
    marks: [
      { table: 'tblIMISDefaults', column: 'BypassReviewClaim' },
      { table: 'tblPolicy', column: 'SelfRenewed' },
      { table: 'tblLanguages', column: 'CountryCode' },
    ],
  },
  { version: '1.6.0', marks: [{ table: 'tblFamilySMS' }, { table: 'tblInsuree', column: 'Vulnerability' }] },
  {
    version: '1.5.1',
    marks: [
      { table: 'tblProduct', column: 'Recurrence' },
      { table: 'tblPolicy', column: 'RenewalOrder' },
      { table: 'tblPayment', column: 'SmsRequired' },
    ],
  },
  {
    version: '1.5.0',
    marks: [
      { table: 'tblIMISDefaults', column: 'ActivationOption' },
      { table: 'tblUserRole', column: 'Assign' },
    ],
  },
  {
    version: '1.4.0-1.4.2',
    marks: [
      { table: 'tblPayment' },
      { table: 'tblPaymentDetails' },
      { table: 'tblControlNumber' },
      { table: 'tblUsers', column: 'UserUUID' },
    ],
  },
];

/** Columns that the version is told from: what to ask the database for. */
export const markedColumns: readonly { readonly table: string; readonly column: string }[] = versions
  .flatMap(({ marks }) => marks)
  .flatMap(({ table, column }) => (column === undefined ? [] : [{ table, column }]));

const key = (...names: readonly string[]): string => names.join('.').toLowerCase();

/** Tells from table names and from `markedColumns` what a database is; names are compared without case. */
export function databaseKind(tables: readonly string[], columns: readonly Column[]): DatabaseKind {
  const known = new Set(tables.map((table) => key(table)));
  const lengths = new Map(columns.map(({ table, column, length }) => [key(table, column), length]));
  const has = ({ table, column, length }: Mark): boolean => {
    if (column === undefined) return known.has(key(table));
    if (length === undefined) return lengths.has(key(table, column));
    return lengths.get(key(table, column)) === length;
  };
  const legacy = known.has('tblusers');
  const modular = modularTables.every((table) => known.has(key(table)));
  if (!legacy) return { legacy, modular };
  const newest = versions.find(({ marks }) => marks.every(has));
  return { legacy, modular, legacyVersion: newest?.version ?? '1.3.0' };
}
