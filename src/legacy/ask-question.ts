import type { Connection } from 'tedious';

import type { Answer, Row } from './database-questions.ts';

/** A server that sends more has lost its mind, or means us ill. */
const mostRows = 5000;

/** Sends one statement as a plain batch; never throws. An answer without number did not come in time. */
export async function askQuestion(connection: Connection, sql: string, milliseconds: number): Promise<Answer> {
  const { Request } = (await import('tedious')).default;
  return new Promise((resolve) => {
    const rows: Row[] = [];
    const timer = setTimeout(() => resolve({}), milliseconds);
    const request = new Request(sql, (error) => {
      clearTimeout(timer);
      if (error === null || error === undefined) return resolve({ rows });
      const number = 'number' in error && typeof error.number === 'number' ? error.number : undefined;
      resolve(rows.length >= mostRows ? { rows } : number === undefined ? {} : { number });
    });
    request.on(
      'row',
      (columns: readonly { readonly metadata: { readonly colName: string }; readonly value: unknown }[]) => {
        if (rows.length < mostRows) rows.push(rowOf(columns));
        else connection.cancel();
      },
    );
    connection.execSqlBatch(request);
  });
}

function rowOf(columns: readonly { readonly metadata: { readonly colName: string }; readonly value: unknown }[]): Row {
  return Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, plain(value)]));
}

/** Only text, numbers and bits are asked for. */
function plain(value: unknown): string | number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value.slice(0, 4000) : null;
}
