import { sandboxUsers } from '../sandbox-users.ts';
import { addedUpTo, type Plays } from './plays.ts';
import type { ColumnType, Value } from './query/values.ts';

/** A column and its declared length in characters (-1: max; absent: not a text column). */
export type DatabaseColumn = { readonly name: string; readonly type: ColumnType; readonly length?: number };

export type DatabaseTable = {
  readonly name: string;
  readonly view: boolean;
  readonly columns: readonly DatabaseColumn[];
  /** Rows change only in health_check_db_testmodel. */
  readonly rows: Value[][];
};

/** One database of the server; its tables are in schema dbo. */
export type StandInDatabase = { readonly name: string; readonly tables: readonly DatabaseTable[] };

/** `legacy`: openIMIS 1.3.0 only; `modular`: after the migrations of release 1.1.0; `empty`: none. Source: domain.md section 6. */
export const tableLists = ['legacy', 'modular', 'empty'] as const;
export type TableList = (typeof tableLists)[number];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const legacyNames = words(`tblBatchRun tblCeilingInterpretation tblClaim tblClaimAdmin tblClaimDedRem tblClaimItems
  tblClaimServices tblConfirmationTypes tblControls tblEducations tblEmailSettings tblExtracts tblFamilies tblFamilyTypes
  tblFeedback tblFeedbackPrompt tblFromPhone tblGender tblHF tblHFCatchment tblHFSublevel tblHealthStatus tblICDCodes
  tblIMISDefaults tblIMISDefaultsPhone tblIdentificationTypes tblInsuree tblInsureePolicy tblItems tblLanguages
  tblLegalForms tblLocations tblLogins tblOfficer tblOfficerVillages tblPLItems tblPLItemsDetail tblPLServices
  tblPLServicesDetail tblPayer tblPayerType tblPhotos tblPolicy tblPolicyRenewalDetails tblPolicyRenewals tblPremium
  tblProduct tblProductItems tblProductServices tblProfessions tblRelDistr tblRelIndex tblRelations tblReporting tblRole
  tblRoleRight tblServices tblSubmittedPhotos tblUserRole tblUsers tblUsersDistricts`);

const modularNames = words(`django_migrations django_content_type django_admin_log django_session auth_group
  auth_permission auth_group_permissions core_User core_User_groups core_User_user_permissions core_TechnicalUser
  core_ModuleConfiguration core_FieldControl core_Mutation_Log location_LocationMutation location_HealthFacilityMutation
  claim_ClaimAttachment claim_ClaimMutation report_ReportDefinition health_check_db_testmodel`);

const text = (name: string, length: number): DatabaseColumn => ({ name, type: 'text', length });
const int = (name: string): DatabaseColumn => ({ name, type: 'int' });

/** Columns that somebody asks for; every other table has only its id. */
const columns: Readonly<Record<string, readonly DatabaseColumn[]>> = {
  tblUsers: [
    int('UserID'),
    text('LoginName', 25),
    text('LastName', 100),
    text('OtherNames', 100),
    text('LanguageID', 2),
    text('ValidityTo', 25),
  ],
  tblIMISDefaults: [int('DefaultID'), { name: 'AppVersionBackEnd', type: 'text' }],
  tblInsuree: [int('InsureeID'), text('CHFID', 12)],
  tblClaim: [int('ClaimID'), text('ClaimCode', 8)],
  tblLanguages: [text('LanguageCode', 2), text('LanguageName', 50)],
  django_migrations: [int('id'), text('app', 255), text('name', 255)],
  core_User: [text('id', 32), text('username', 25), int('i_user_id')],
  health_check_db_testmodel: [int('id'), text('title', 128)],
};

const migrations = ['core', 'location', 'insuree', 'policy', 'claim', 'db'];

function rowsOf(table: string, plays: Plays): Value[][] {
  switch (table) {
    case 'tblUsers':
      return sandboxUsers.map(({ id, loginName, lastName, otherNames, language }) => [
        id,
        loginName,
        lastName,
        otherNames,
        language,
        null,
      ]);
    case 'tblIMISDefaults':
      return [[1, '1.2']];
    case 'tblLanguages':
      return [
        ['en', 'English'],
        ['fr', 'Français'],
      ];
    case 'django_migrations':
      return (plays.migrations ?? migrations.map((app) => [app, '0001_initial'] as const)).map(([app, name], n) => [
        n + 1,
        app,
        name,
      ]);
    default:
      return [];
  }
}

function tableOf(name: string, plays: Plays): DatabaseTable {
  const added = addedUpTo(plays.legacyVersion).flatMap(({ table, column, length = 50 }) =>
    table === name && column !== undefined ? [text(column, length)] : [],
  );
  const replaced = new Set(added.map((one) => one.name));
  const own = (columns[name] ?? [int('id')]).filter((one) => !replaced.has(one.name));
  return { name, view: false, columns: [...own, ...added], rows: rowsOf(name, plays) };
}

/** Fresh tables for one database. */
export function tablesOf(list: TableList, plays: Plays): readonly DatabaseTable[] {
  const newer = addedUpTo(plays.legacyVersion).flatMap(({ table, column }) => (column === undefined ? [table] : []));
  const legacy = [...legacyNames, ...newer];
  switch (list) {
    case 'empty':
      return [];
    case 'legacy':
      return legacy.map((name) => tableOf(name, plays));
    case 'modular':
      return [
        ...[...legacy, ...modularNames].map((name) => tableOf(name, plays)),
        { ...tableOf('claim_ClaimAttachmentsCountView', plays), view: true },
      ];
  }
}
