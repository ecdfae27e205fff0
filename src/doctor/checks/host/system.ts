import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

const known: Readonly<Record<string, readonly [oldest: number, newest: number]>> = {
  ubuntu: [18.04, 26.04],
  debian: [11, 13],
};

export const check = defineCheck({
  title: 'the system is one that openimis was made for',
  expected: 'Ubuntu 18.04 to 26.04, Debian 11 to 13, on x86-64',
  why: 'setting up Docker, and the ODBC driver in the backend images, are made for these',
  probes: ['box'],
  judge: ({ box: { distribution, architecture } }) => {
    const { id, version } = distribution;
    const found = `${id} ${version}, ${architecture}`;
    const range = known[id];
    const number = Number(version);
    const fits = range !== undefined && number >= range[0] && number <= range[1];
    if (fits && architecture === 'x64') return ok(found);
    if (fits)
      return warning(found, [
        "Microsoft's ODBC driver 17 is for x86-64: ask for a box of that kind, or use PostgreSQL from 24.04 on",
      ]);
    return warning(found, [
      'it may work all the same: install Docker Engine 20.10 or later and Compose 2.23.1 or later yourself',
    ]);
  },
});
