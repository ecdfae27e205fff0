import { defineCheck } from '../../check.ts';
import { ok, problem, skipped, warning } from '../../finding.ts';

const gigabyte = 1024 ** 3;

export const check = defineCheck({
  title: 'Docker has disk enough',
  expected: '5 GB free for images, volumes and logs, and a twentieth of the inodes',
  why: 'a full disk stops RabbitMQ and every write of the backends, and a deploy half way',
  needs: ['docker/running'],
  probes: ['docker'],
  judge: ({ docker: { disk } }) => {
    if (disk === undefined) return skipped('it is on another box, or may not be looked at');
    const { folder, free, size, inodes } = disk;
    const found = `${(free / gigabyte).toFixed(1)} GB of ${(size / gigabyte).toFixed(1)} GB are free at ${folder}`;
    const fix = ['docker system df    shows what takes it', 'docker image prune    removes images that nothing uses'];
    if (inodes < 0.05) return problem(`${found}, but only ${(inodes * 100).toFixed(1)} % of the inodes`, fix);
    if (free < gigabyte) return problem(found, fix);
    return free < 4.75 * gigabyte ? warning(found, fix) : ok(found);
  },
});
