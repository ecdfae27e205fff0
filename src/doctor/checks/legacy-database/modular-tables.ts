import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';
import { kindOf, migrationsOf } from '../../rows.ts';

export const check = defineCheck({
  title: 'the tables of the modular openIMIS are there',
  expected: 'django_migrations, core_User and the others that migrations make',
  why: 'openimis never makes them by accident, and deploy refuses without them',
  needs: ['legacy-database/is-openimis'],
  probes: ['database', 'server'],
  judge: ({ database: { answers }, server }) => {
    const kind = kindOf(answers);
    if ('unseen' in kind) return kind.unseen;
    if (kind.modular) return ok(migrationsOf(answers) ?? 'they are there');
    return problem('they are not there', [
      'make a backup of the database first, and let the owner of the legacy know',
      `then run the migrations of release ${server.release ?? server.generation} once, by hand, with the backend image: /openimis-be/script/entrypoint.sh manage migrate`,
    ]);
  },
});
