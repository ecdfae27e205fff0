import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'logs can be read',
  expected: 'the log driver json-file, local or journald',
  why: 'openimis logs reads through Docker, which can read only these; our containers limit their logs themselves',
  needs: ['docker/running'],
  probes: ['docker'],
  judge: ({ docker: { logs = '' } }) =>
    ['json-file', 'local', 'journald', ''].includes(logs)
      ? ok(logs === '' ? 'the default' : logs)
      : warning(logs, ['"log-driver": "local" in /etc/docker/daemon.json, then restart Docker']),
});
