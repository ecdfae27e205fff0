import { defineConfig } from 'vitest/config';

import { generatedIndexes } from './generated-indexes.js';

/** The modules that the build makes, from the same generator. */
const indexes = {
  name: 'generated-indexes',
  resolveId: (id: string) => (id in generatedIndexes ? `\0${id}` : undefined),
  load: (id: string) =>
    id.startsWith('\0virtual:')
      ? generatedIndexes[id.slice(1) as keyof typeof generatedIndexes]().replaceAll(
          "'./src/",
          `'${import.meta.dirname}/src/`,
        )
      : undefined,
};

/** What changes the box or takes ports that have names; files of a lane run one after the other. */
const boxes = ['deployment', 'engine', 'images', 'operation', 'sandbox', 'survival'].map(
  (name) => `test/e2e/${name}/**/*.test.ts`,
);

const lane = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude, testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false },
});

/**
 * Unit, property, contract and golden tests; everything that needs the real engine, nginx or browser is e2e, in two lanes
 * that bin/test runs at the same time (they wait more than they work).
 */
export default defineConfig({
  plugins: [indexes],
  test: {
    disableConsoleIntercept: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['test/support/property-seed.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 20_000,
        },
      },
      lane('e2e-boxes', boxes),
      lane('e2e-parts', ['test/e2e/**/*.test.ts'], boxes),
    ],
  },
});
