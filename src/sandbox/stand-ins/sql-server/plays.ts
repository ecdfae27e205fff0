import type { Value } from './query/values.ts';

/** What this SQL Server is like besides its databases; everything a doctor could find there. */
export type Plays = {
  readonly edition: string;
  /** SERVERPROPERTY('EngineEdition'): 2 Standard, 3 Enterprise, 4 Express. */
  readonly engineEdition: number;
  readonly serverCollation: string;
  readonly collation: string;
  readonly compatibility: number;
  readonly state: 'ONLINE' | 'EMERGENCY';
  readonly access: 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER';
  readonly readOnly: boolean;
  readonly snapshot: 'ON' | 'OFF';
  readonly committedSnapshot: boolean;
  /** Every login is refused with this, whatever it says; 18470 disabled, 18486 locked, 18487 expired, ... */
  readonly refusal?: { readonly number: number; readonly state: number };
  /** Seconds that its clock is ahead of ours, and minutes from UTC to its local time. */
  readonly clockAhead: number;
  readonly zone: number;
  readonly defaultSchema: string;
  /** Rights that a DENY takes away: `select`, `execute`, ... */
  readonly denied: readonly string[];
  /** Pages of 8 KiB; most -1: no limit; growth 0: never grows. */
  readonly files: readonly {
    readonly kind: 'ROWS' | 'LOG';
    readonly size: number;
    readonly most: number;
    readonly growth: number;
    readonly used: number;
  }[];
  /** Hours since the last full backup; absent: never. */
  readonly backupAge?: number;
  readonly readsBackups: boolean;
  readonly seesSessions: boolean;
  readonly blocked: readonly { readonly session: number; readonly blocker: number; readonly milliseconds: number }[];
  readonly idle: readonly {
    readonly session: number;
    readonly host: string;
    readonly program: string;
    readonly seconds: number;
  }[];
  readonly procedures: readonly string[];
  /** Rows of django_migrations; absent: a few of release 1.1.0. */
  readonly migrations?: readonly (readonly [string, string])[];
  /** What the tables of the legacy look like. */
  readonly legacyVersion: LegacyVersion;
  /** Milliseconds before each answer to a logged-in client. */
  readonly pace: number;
  /** The connection is cut at the first statement after the login. */
  readonly cutsAfterLogin: boolean;
};

export const usual: Plays = {
  edition: 'Stand-in Edition',
  engineEdition: 3,
  serverCollation: 'Latin1_General_CI_AS',
  collation: 'Latin1_General_CI_AS',
  compatibility: 140,
  state: 'ONLINE',
  access: 'MULTI_USER',
  readOnly: false,
  snapshot: 'OFF',
  committedSnapshot: false,
  clockAhead: 0,
  zone: 0,
  defaultSchema: 'dbo',
  denied: [],
  files: [
    { kind: 'ROWS', size: 262_144, most: -1, growth: 8192, used: 131_072 },
    { kind: 'LOG', size: 32_768, most: 268_435_456, growth: 8192, used: 1024 },
  ],
  backupAge: 10,
  readsBackups: true,
  seesSessions: false,
  blocked: [],
  idle: [],
  procedures: ['uspUpdateClaimFromPhone', 'uspBatchProcess', 'uspPolicyInquiry2', 'uspServiceItemEnquiry'],
  legacyVersion: '1.3.0',
  pace: 0,
  cutsAfterLogin: false,
};

export const legacyVersions = ['1.3.0', '1.4.0', '1.5.0', '1.5.1', '1.6.0', '1.7.0', '1.7.2.1', '1.7.3'] as const;
export type LegacyVersion = (typeof legacyVersions)[number];

type Added = { readonly table: string; readonly column?: string; readonly length?: number };
const column = (table: string, ...names: readonly string[]): readonly Added[] =>
  names.map((name) => ({ table, column: name }));

/** What each version of the legacy database added (domain.md section 6). */
const additions: Readonly<Record<LegacyVersion, readonly Added[]>> = {
  '1.3.0': [],
  '1.4.0': [
    { table: 'tblPayment' },
    { table: 'tblPaymentDetails' },
    { table: 'tblControlNumber' },
    ...column('tblUsers', 'UserUUID'),
  ],
  '1.5.0': [...column('tblIMISDefaults', 'ActivationOption'), ...column('tblUserRole', 'Assign')],
  '1.5.1': [
    ...column('tblProduct', 'Recurrence'),
    ...column('tblPolicy', 'RenewalOrder'),
    ...column('tblPayment', 'SmsRequired'),
  ],
  '1.6.0': [{ table: 'tblFamilySMS' }, ...column('tblInsuree', 'Vulnerability')],
  '1.7.0': [
    ...column('tblIMISDefaults', 'BypassReviewClaim'),
    ...column('tblPolicy', 'SelfRenewed'),
    ...column('tblLanguages', 'CountryCode'),
  ],
  '1.7.2.1': ['tblFamilies', 'tblInsuree', 'tblPolicy', 'tblPremium'].flatMap((table) =>
    column(table, 'Source', 'SourceVersion'),
  ),
  '1.7.3': [
    { table: 'tblInsuree', column: 'CHFID', length: 50 },
    { table: 'tblClaim', column: 'ClaimCode', length: 50 },
  ],
};

/** Everything that a version has beyond 1.3.0. */
export function addedUpTo(version: LegacyVersion): readonly Added[] {
  return legacyVersions.slice(0, legacyVersions.indexOf(version) + 1).flatMap((one) => additions[one]);
}

const pad = (time: Date): string => time.toISOString().replace('T', ' ').slice(0, 23);

/** The server's own clock, `YYYY-MM-DD hh:mm:ss.mmm`; `local`: in its time zone. */
export function serverTime({ clockAhead, zone }: Plays, local: boolean): string {
  return pad(new Date(Date.now() + clockAhead * 1000 + (local ? zone * 60_000 : 0)));
}

/** Local time so many hours ago. */
export function hoursAgo(plays: Plays, hours: number): string {
  return pad(new Date(Date.now() + plays.clockAhead * 1000 + plays.zone * 60_000 - hours * 3_600_000));
}

const units: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** DATEDIFF counts borders crossed, not whole units; null for what is no time. */
export function dateDifference(unit: string, from: Value, to: Value): Value {
  const size = units[unit];
  const [a, b] = [from, to].map((value) => Date.parse(`${String(value).replace(' ', 'T')}Z`));
  if (size === undefined || a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b)) return null;
  return Math.floor(b / size) - Math.floor(a / size);
}
