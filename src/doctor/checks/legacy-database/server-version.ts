import { defineCheck } from '../../check.ts';
import { driverOf, sqlServerName } from '../../sql-server-names.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the driver of the release accepts this SQL Server',
  expected: "a version that the release's Django driver knows",
  why: 'the driver refuses a SQL Server that is newer than itself, and the backend does not start',
  needs: ['legacy-database/protocol'],
  probes: ['database', 'server'],
  judge: ({ database: { greeting }, server }) => {
    const major = Number(greeting?.version.split('.')[0]);
    const { oldest, newest, name } = driverOf(server.generation);
    const found = `${sqlServerName(greeting?.version ?? '')}; ${name} accepts ${sqlServerName(`${oldest}.0`)} to ${sqlServerName(`${newest}.0`)}`;
    if (major > newest)
      return problem(found, [
        'a later release whose driver knows it: docs/doctor/legacy-database.md has the table; openimis versions releases lists them',
        'lowering the compatibility level of the database does not help: the driver asks for the version of the server',
      ]);
    if (major < oldest)
      return problem(found, ['SQL Server must be upgraded on the Windows side before this release can work on it']);
    return ok(found);
  },
});
