import { lookAtBox } from '../../engines/docker/look-at-box.ts';
import type { Probe } from '../facts.ts';

export const box: Probe<'box'> = {
  title: 'look at this box',
  patience: () => 10,
  look: ({ root, environment, server }) =>
    lookAtBox(root, server === undefined ? [] : [server.gateway.http, server.gateway.https], environment),
};
