import type { RuleProblem } from './rules.ts';

export type Odbc = { readonly driver: 'microsoft' | 'freetds' | 'none'; readonly licenceAccepted?: string };

/** Microsoft's driver comes with a licence: that it was accepted, and when, stands beside it. */
export function odbcProblems({ odbc }: { readonly odbc?: Odbc }): RuleProblem[] {
  if (odbc === undefined) return [];
  if (odbc.driver === 'microsoft' && odbc.licenceAccepted === undefined)
    return [
      {
        path: ['odbc', 'driver'],
        message:
          "is Microsoft's: read its licence (https://aka.ms/odbc17eula), then write beside it licenceAccepted: and the day",
      },
    ];
  if (odbc.driver !== 'microsoft' && odbc.licenceAccepted !== undefined)
    return [{ path: ['odbc', 'licenceAccepted'], message: `means nothing for the driver ${odbc.driver}` }];
  return [];
}
