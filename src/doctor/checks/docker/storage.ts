import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'images are stored in layers',
  expected: 'overlay2, or another driver that shares layers',
  why: 'vfs copies the whole image for every container: slow, and many times the disk',
  needs: ['docker/running'],
  probes: ['docker'],
  judge: ({ docker: { storage = '' } }) =>
    storage === 'vfs'
      ? warning('vfs', [
          '"storage-driver": "overlay2" in /etc/docker/daemon.json, then restart Docker: images must be brought again',
        ])
      : ok(storage),
});
