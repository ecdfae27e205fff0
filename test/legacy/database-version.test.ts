import { describe, expect, it } from 'vitest';

import { type Column, databaseKind, markedColumns, modularTables } from '../../src/legacy/database-version.ts';

const legacyTables = ['tblUsers', 'tblInsuree', 'tblClaim', 'tblFamilies', 'tblPolicy', 'tblPremium'];
const payment = ['tblPayment', 'tblPaymentDetails', 'tblControlNumber'];
const column = (name: string, length?: number): Column => {
  const [table = '', column = ''] = name.split('.');
  return length === undefined ? { table, column } : { table, column, length };
};
const v14 = [column('tblUsers.UserUUID')];
const v150 = [...v14, column('tblIMISDefaults.ActivationOption'), column('tblUserRole.Assign')];
const v151 = [
  ...v150,
  column('tblProduct.Recurrence'),
  column('tblPolicy.RenewalOrder'),
  column('tblPayment.SmsRequired'),
];
const v160 = [...v151, column('tblInsuree.Vulnerability')];
const v170 = [
  ...v160,
  column('tblIMISDefaults.BypassReviewClaim'),
  column('tblPolicy.SelfRenewed'),
  column('tblLanguages.CountryCode', 10),
];
const v1721 = [
  ...v170,
  ...['tblFamilies', 'tblInsuree', 'tblPolicy', 'tblPremium'].flatMap((table) => [
    column(`${table}.Source`),
    column(`${table}.SourceVersion`),
  ]),
];

describe('the version of a legacy database', () => {
  it.each([
    ['1.3.0', legacyTables, []],
    ['1.4.0-1.4.2', [...legacyTables, ...payment], v14],
    ['1.5.0', [...legacyTables, ...payment], v150],
    ['1.5.1', [...legacyTables, ...payment], v151],
    ['1.6.0', [...legacyTables, ...payment, 'tblFamilySMS'], v160],
    ['1.7.0', [...legacyTables, ...payment, 'tblFamilySMS'], v170],
    ['1.7.2.1', [...legacyTables, ...payment, 'tblFamilySMS'], [...v1721, column('tblInsuree.CHFID', 12)]],
    [
      '1.7.3-24.04',
      [...legacyTables, ...payment, 'tblFamilySMS'],
      [...v1721, column('tblInsuree.CHFID', 50), column('tblClaim.ClaimCode', 50)],
    ],
  ])('is %s', (version, tables, columns) => {
    expect(databaseKind(tables, columns)).toEqual({ legacy: true, modular: false, legacyVersion: version });
  });

  it('is not told from a table without its columns', () => {
    expect(databaseKind([...legacyTables, ...payment], []).legacyVersion).toBe('1.3.0');
  });

  it('ignores case, which a collation may have changed', () => {
    expect(databaseKind(['TBLUSERS'], []).legacy).toBe(true);
  });

  it('is nothing in a database that is not openIMIS', () => {
    expect(databaseKind(['orders'], [])).toEqual({ legacy: false, modular: false });
  });
});

describe('the modular tables', () => {
  it('must all be there', () => {
    expect(databaseKind([...legacyTables, ...modularTables], []).modular).toBe(true);
    for (const missing of modularTables)
      expect(databaseKind([...legacyTables, ...modularTables.filter((t) => t !== missing)], []).modular).toBe(false);
  });

  it('are recognised without the legacy', () => {
    expect(databaseKind([...modularTables], [])).toEqual({ legacy: false, modular: true });
  });
});

it('asks for every column that a version is told from, once the length too', () => {
  expect(markedColumns).toContainEqual({ table: 'tblInsuree', column: 'CHFID' });
  expect(markedColumns.every(({ table, column }) => /^tbl\w+$/.test(table) && /^\w+$/.test(column))).toBe(true);
});
