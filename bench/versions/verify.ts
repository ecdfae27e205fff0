import { execa } from 'execa';

import { operator } from '../../test/support/operator.ts';
import { registryStandIn } from '../../test/support/registry-stand-in.ts';
import { type Line, median } from './line.ts';

const modules = 27;
/** A registry far away, in milliseconds per answer. */
const latency = 400;

/** `versions verify` of one server: cold (every registry asked) and warm (nothing to ask). */
export async function verify(rounds: number): Promise<readonly Line[]> {
  const names = Array.from({ length: modules }, (_, module) => `module-${module}`);
  const pins = (prefix: string): string => names.map((name) => `        "${prefix}${name}": 1.0.0\n`).join('');
  const yaml = `version: 1
servers:
  test:
    legacy: { ip: 127.0.0.1 }
    generation: "1.0"
    components: { frontend: {}, backend: {} }
    pins:
      frontend:
${pins('@openimis/fe-')}      backend:
${pins('openimis-be-')}`;
  const packages = (prefix: string) => Object.fromEntries(names.map((name) => [prefix + name, [{ version: '1.0.0' }]]));
  const far = { latency, cacheControl: 'max-age=600' };
  // Two places, as npm and PyPI are.
  const python = await registryStandIn({ python: packages('openimis-be-'), releaseJson: true, ...far });
  const ops = await operator(yaml, { npm: packages('@openimis/fe-'), ...far });
  try {
    const timed = async (cache: number): Promise<number> => {
      const begin = performance.now();
      const { code, stderr } = await ops.run(['versions', 'verify', 'test'], {
        PIP_INDEX_URL: python.python,
        XDG_CACHE_HOME: `${ops.folder}/cache-${cache}`,
      });
      if (code !== 0) throw new Error(stderr);
      return performance.now() - begin;
    };
    // The slowest single request, as a program of its own sees it that does nothing else.
    const single: number[] = [];
    const [cold, warm]: [number[], number[]] = [[], []];
    const url = `${python.python}openimis-be-module-0/`;
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      await execa(process.execPath, ['-e', `fetch(${JSON.stringify(url)}).then((answer) => answer.text())`]);
      single.push(performance.now() - begin);
      cold.push(await timed(round));
      warm.push(await timed(round));
    }
    const ratio = median(cold) / median(single);
    return [
      {
        what: `verify of ${2 * modules} modules, cold`,
        found: `${ratio.toFixed(2)} x one request (${median(cold).toFixed(0)} to ${median(single).toFixed(0)} ms, of which the registry ${latency})`,
        reach: '<= 2.00 x',
        reached: ratio <= 2,
      },
      {
        what: 'the same, warm',
        found: `${median(warm).toFixed(0)} ms (quickest ${Math.min(...warm).toFixed(0)})`,
        reach: '<= 300 ms',
        reached: median(warm) <= 300,
      },
    ];
  } finally {
    await Promise.all([ops.close(), python.close()]);
  }
}
