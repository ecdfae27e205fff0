import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the Docker Engine answers',
  expected: 'an engine at the endpoint of DOCKER_HOST or of the current context',
  why: 'without it nothing can be deployed or looked at',
  needs: ['docker/installed'],
  probes: ['docker'],
  judge: ({ docker: { engine, endpoint, words, installHints, version } }) => {
    switch (engine) {
      case 'running':
        return ok(`${version ?? ''} at ${endpoint}`);
      case 'denied':
        return problem(`no permission to use the engine at ${endpoint}`, [
          'sudo usermod -aG docker "$USER"    then log out and in; who is in this group is as good as root on this box',
        ]);
      case 'stopped':
        return problem(`no engine runs at ${endpoint}`, [
          'sudo systemctl enable --now docker',
          'journalctl -u docker --since -1h    says why it stopped',
        ]);
      case 'missing':
        return problem('the client is there, and no engine is installed', installHints);
      case 'silent':
        return problem(`the engine at ${endpoint} does not answer in time`, [
          'sudo systemctl restart docker    containers stop for a moment',
          'is the disk full or broken? dmesg | tail',
        ]);
      case 'unreachable':
        return problem(`no way to the engine at ${endpoint}: ${words.split('\n').at(-1)?.slice(0, 200) ?? ''}`, [
          'docker version    must work with the same DOCKER_HOST and context',
        ]);
    }
  },
});
