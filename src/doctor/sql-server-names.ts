import { type Generation, since } from '../modules/generation.ts';

const names: Readonly<Record<string, string>> = {
  8: '2000',
  9: '2005',
  '10.0': '2008',
  '10.50': '2008 R2',
  10: '2008',
  11: '2012',
  12: '2014',
  13: '2016',
  14: '2017',
  15: '2019',
  16: '2022',
  17: '2025',
};

/** `14.0.3465.1` -> `SQL Server 2017`. */
export function sqlServerName(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const name = names[`${major}.${minor}`] ?? names[major];
  return name === undefined ? `SQL Server of version ${version.slice(0, 20)}` : `SQL Server ${name}`;
}

/** Majors that the Django driver of a generation accepts (domain.md section 3). */
export function driverOf(generation: Generation): {
  readonly name: string;
  readonly oldest: number;
  readonly newest: number;
} {
  if (since(generation, '24.04')) return { name: 'mssql-django 1.5', oldest: 10, newest: 16 };
  if (since(generation, '1.5')) return { name: 'mssql-django 1.1', oldest: 10, newest: 15 };
  if (since(generation, '1.2')) return { name: 'django-mssql-backend 2.8', oldest: 10, newest: 15 };
  return { name: 'django-pyodbc-azure 2.1', oldest: 10, newest: 14 };
}
