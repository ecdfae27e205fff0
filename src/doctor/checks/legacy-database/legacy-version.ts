import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { kindOf } from '../../rows.ts';

export const check = defineCheck({
  title: 'the legacy database is new enough for the modules',
  expected: 'openIMIS 1.4.0 or later, told from tables and columns',
  why: 'the modules read columns that 1.4.0 brought, as tblUsers.UserUUID',
  needs: ['legacy-database/is-openimis'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const kind = kindOf(answers);
    if ('unseen' in kind) return kind.unseen;
    const version = kind.legacyVersion ?? '1.3.0';
    const found = version === '1.3.0' ? '1.3.0 or older' : version;
    // Migrations change these tables themselves (domain.md section 6): where they ran, the marks tell little.
    if (kind.modular || version !== '1.3.0')
      return ok(`${found}${kind.modular ? ', changed by migrations since' : ''}`);
    return warning(found, [
      'upgrade the legacy and its database first, with the scripts of its own release (openIMIS database_ms_sqlserver), after a backup',
    ]);
  },
});
