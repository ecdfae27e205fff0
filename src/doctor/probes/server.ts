import { NothingToSee, type Probe } from '../facts.ts';

export const server: Probe<'server'> = {
  title: 'read the settings of the server',
  patience: () => 1,
  look: ({ server: given }) => {
    if (given === undefined) return Promise.reject(new NothingToSee('no server was named'));
    return Promise.resolve(given);
  },
};
