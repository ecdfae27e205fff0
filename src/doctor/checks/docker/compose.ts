import { defineCheck } from '../../check.ts';
import { ok, problem, skipped } from '../../finding.ts';

export const check = defineCheck({
  title: 'Compose v2 is installed and new enough',
  expected: '2.23.1 or later, as the plugin of docker',
  why: 'it starts and stops the containers; older ones know neither configs nor secrets as openimis uses them',
  needs: ['docker/installed'],
  probes: ['docker'],
  judge: ({ docker: { compose, composeFits, composeHints, engine } }) => {
    if (engine === 'silent') return skipped('docker did not answer in time');
    if (composeFits) return ok(compose ?? '');
    return problem(compose === undefined ? 'docker compose is missing' : `${compose} is too old`, composeHints);
  },
});
