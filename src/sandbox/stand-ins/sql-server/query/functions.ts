import type { QueryContext } from './context.ts';
import { dateDifference, serverTime } from '../plays.ts';
import { objectId } from './relations.ts';
import { SqlError, type Value } from './values.ts';

type SqlFunction = (context: QueryContext, values: readonly Value[]) => Value;

const asText = (value: Value | undefined): string => (value === null || value === undefined ? '' : String(value));
const withoutBrackets = (name: string): string => (name.split('.').at(-1) ?? '').replaceAll(/^\[|\]$/g, '');

const properties: Readonly<Record<string, (context: QueryContext) => Value>> = {
  productversion: ({ version }) => version,
  productlevel: () => 'RTM',
  edition: ({ plays }) => plays.edition,
  engineedition: ({ plays }) => plays.engineEdition,
  servername: () => 'STAND-IN',
  machinename: () => 'STAND-IN',
  collation: ({ plays }) => plays.serverCollation,
  isintegratedsecurityonly: () => 0,
};

const functions: Readonly<Record<string, SqlFunction>> = {
  db_name: ({ database }) => database.name,
  db_id: ({ databaseNames, database }, [name]) => {
    const at = databaseNames.findIndex((one) => one.toLowerCase() === (asText(name) || database.name).toLowerCase());
    return at < 0 ? null : at + 1;
  },
  suser_sname: ({ user }) => user,
  suser_name: ({ user }) => user,
  original_login: ({ user }) => user,
  user_name: ({ user }) => user,
  system_user: ({ user }) => user,
  host_name: ({ hostName }) => hostName,
  app_name: ({ application }) => application,
  schema_name: ({ plays }, [id]) =>
    id === undefined ? plays.defaultSchema : id === 1 ? 'dbo' : id === 4 ? 'sys' : null,
  schema_id: (_, [name]) => (asText(name).toLowerCase() === 'dbo' ? 1 : null),
  object_id: (context, [name]) => objectId(context, withoutBrackets(asText(name))),
  object_name: (context, [id]) =>
    context.database.tables.find((table) => objectId(context, table.name) === id)?.name ?? null,
  serverproperty: (context, [name]) => properties[asText(name).toLowerCase()]?.(context) ?? null,
  databasepropertyex: ({ plays }, [, name]) => (asText(name).toLowerCase() === 'collation' ? plays.collation : null),
  has_perms_by_name: (context, [, , permission]) => permitted(context, asText(permission).toLowerCase()),
  has_dbaccess: ({ databaseNames }, [name]) =>
    databaseNames.some((one) => one.toLowerCase() === asText(name).toLowerCase()) ? 1 : null,
  is_member: ({ roles }, [role]) => (roles.includes(asText(role).toLowerCase()) ? 1 : 0),
  is_rolemember: ({ roles }, [role]) => (roles.includes(asText(role).toLowerCase()) ? 1 : 0),
  is_srvrolemember: () => 0,
  isnull: (_, [value, other]) => value ?? other ?? null,
  coalesce: (_, values) => values.find((value) => value !== null) ?? null,
  lower: (_, [value]) => asText(value).toLowerCase(),
  upper: (_, [value]) => asText(value).toUpperCase(),
  len: (_, [value]) => asText(value).replace(/ +$/, '').length,
  quotename: (_, [value]) => `[${asText(value).replaceAll(']', ']]')}]`,
  getdate: ({ plays }) => serverTime(plays, true),
  sysdatetime: ({ plays }) => serverTime(plays, true),
  getutcdate: ({ plays }) => serverTime(plays, false),
  datediff: (_, [unit, from, to]) => dateDifference(asText(unit), from ?? null, to ?? null),
  fileproperty: ({ plays }, [name]) => plays.files[Number(asText(name).replace('file', ''))]?.used ?? null,
};

const rolePermissions: Readonly<Record<string, readonly string[]>> = {
  db_owner: ['select', 'insert', 'update', 'delete', 'execute', 'create table', 'alter', 'control'],
  db_datareader: ['select'],
  db_datawriter: ['insert', 'update', 'delete'],
  db_ddladmin: ['create table', 'alter'],
  execute: ['execute'],
};

function permitted({ roles, plays }: QueryContext, permission: string): number {
  if (permission === 'view server state') return plays.seesSessions ? 1 : 0;
  if (plays.denied.includes(permission)) return 0;
  return roles.some((role) => rolePermissions[role]?.includes(permission) === true) ? 1 : 0;
}

export function callFunction(context: QueryContext, name: string, values: readonly Value[]): Value {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) throw new SqlError(195, `'${name}' is not a recognized built-in function name.`);
  return found(context, values);
}

/** `@@version` and the parameters of the call; SqlError 137 for an undeclared one. */
export function variable(context: QueryContext, name: string): Value {
  switch (name) {
    case '@@version':
      return `Microsoft SQL Server (STAND-IN of the openimis sandbox, not a real server) - ${context.version}`;
    case '@@servername':
      return 'STAND-IN';
    case '@@spid':
      return context.sessionId;
    case '@@trancount':
    case '@@rowcount':
      return 0;
    case '@@language':
      return 'us_english';
    default: {
      const value = context.variables.get(name);
      if (value === undefined) throw new SqlError(137, `Must declare the scalar variable "${name}".`, 15);
      return value;
    }
  }
}
