import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { grantsSql } from '../../src/legacy/grants.ts';

/** Reads the statements as SQL Server's lexer does: code with literals and comments taken out, and the literals. */
function lex(sql: string): { readonly code: string; readonly literals: readonly string[] } {
  let code = '';
  const literals: string[] = [];
  for (let i = 0; i < sql.length;) {
    if (sql.startsWith('--', i)) {
      const end = sql.indexOf('\n', i);
      i = end === -1 ? sql.length : end;
    } else if (sql[i] === "'") {
      let value = '';
      for (i++; i < sql.length; i++) {
        if (sql[i] !== "'") value += sql[i];
        else if (sql[i + 1] === "'") value += sql[++i];
        else break;
      }
      i++;
      literals.push(value);
      code += '?';
    } else code += sql[i++];
  }
  return { code, literals };
}

const plain = { database: 'IMIS', run: 'imisuser' };

describe('T-SQL for the database administrator', () => {
  it('gives one login both uses when there is no other', () => {
    const sql = grantsSql(plain);
    expect(sql).toContain('-- run and migrate');
    for (const role of ['db_datareader', 'db_datawriter', 'db_ddladmin']) expect(sql).toContain(role);
    expect(sql).toContain('GRANT EXECUTE ON SCHEMA::dbo');
    expect(sql).toContain('DEFAULT_SCHEMA = dbo');
  });

  it('keeps the right to change tables from the run login when migrations have their own', () => {
    const [, run = '', migrate = '', doctor = ''] = grantsSql({
      ...plain,
      migrate: 'imis_migrate',
      doctor: 'imis_doctor',
    }).split(/^-- (?:run|migrate|doctor):.*$/m);
    expect(run).toContain("SET @login = N'imisuser'");
    expect(run).not.toContain('db_ddladmin');
    expect(migrate).toContain("SET @login = N'imis_migrate'");
    expect(migrate).toContain('db_ddladmin');
    expect(doctor).toContain('db_datareader');
    expect(doctor).not.toMatch(/db_datawriter|db_ddladmin|EXECUTE ON/);
  });

  it('makes nobody owner and holds no password', () => {
    const sql = grantsSql(plain);
    expect(sql).not.toMatch(/db_owner|sysadmin ADD|sp_addsrvrolemember/);
    expect(sql).toContain("SET @password = N'<password of imisuser>'");
  });

  it('takes the same name in another case for the same login', () => {
    expect(grantsSql({ ...plain, migrate: 'IMISUSER' })).toBe(grantsSql(plain));
  });

  it('keeps any name a name: code and literals of any input are those of a plain one', () => {
    const usual = lex(grantsSql(plain));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (database, run) => {
        const odd = lex(grantsSql({ database, run }));
        expect(odd.code).toBe(usual.code);
        expect(odd.literals).toContain(database);
        expect(odd.literals).toContain(run);
        expect(odd.literals.length).toBe(usual.literals.length);
      }),
      { examples: [["'; DROP TABLE tblUsers; --", "x' -- \n GO\n"]] },
    );
  });

  it('uses names in dynamic statements through QUOTENAME only', () => {
    const { code } = lex(grantsSql(plain));
    const uses = code.match(/\+ *@(login|database|password)/g);
    expect(uses).toBeNull();
  });
});
