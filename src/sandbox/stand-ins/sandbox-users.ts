/** A row of tblUsers, as far as the stand-ins need it. */
export type SandboxUser = {
  readonly id: number;
  readonly loginName: string;
  readonly otherNames: string;
  readonly lastName: string;
  /** Language code, as tblUsers.LanguageID holds it. */
  readonly language: string;
  /** What the person is for, in words for the sandbox's screen. */
  readonly role: string;
  /** May open the user register. */
  readonly administrator: boolean;
};

/** The people of the sandbox: both the stand-in legacy site and the stand-in database know them. */
export const sandboxUsers: readonly SandboxUser[] = [
  {
    id: 1,
    loginName: 'Admin',
    otherNames: 'Roger',
    lastName: 'Admin',
    language: 'en',
    role: 'administrator, all rights',
    administrator: true,
  },
  {
    id: 2,
    loginName: 'clerk',
    otherNames: 'Sita',
    lastName: 'Gurung',
    language: 'en',
    role: 'claims clerk',
    administrator: false,
  },
  {
    id: 3,
    loginName: "O'Brien",
    otherNames: 'Maeve',
    lastName: "O'Brien",
    language: 'fr',
    role: 'enrolment officer with a name that needs care',
    administrator: false,
  },
];

/**
 * `=` of SQL Server under a case-insensitive collation, the legacy database's: ignores case and trailing blanks.
 * Source: domain.md section 2.
 */
export function sameUnderCollation(a: string, b: string): boolean {
  return foldCollation(a) === foldCollation(b);
}

export function foldCollation(value: string): string {
  return value.replace(/ +$/, '').toLowerCase();
}
