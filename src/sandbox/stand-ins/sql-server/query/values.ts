/** A value of the small SQL that the stand-in speaks; a bit is 0 or 1. */
export type Value = string | number | null;

export type ColumnType = 'text' | 'int' | 'bigint' | 'bit';
export type ColumnInfo = { readonly name: string; readonly type: ColumnType };
export type ResultSet = { readonly columns: readonly ColumnInfo[]; readonly rows: readonly (readonly Value[])[] };

/** An error as SQL Server numbers it. */
export class SqlError extends Error {
  readonly number: number;
  readonly severity: number;

  constructor(number: number, message: string, severity = 16) {
    super(message);
    this.number = number;
    this.severity = severity;
  }
}
