import { lookAtDocker } from '../../engines/docker/look.ts';
import type { Probe } from '../facts.ts';

export const docker: Probe<'docker'> = {
  title: 'ask Docker',
  patience: ({ timeout }) => 2 * timeout + 2,
  look: ({ environment, timeout, root }) => lookAtDocker(environment, timeout, root),
};
