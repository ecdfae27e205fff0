import { afterAll, beforeAll, describe } from 'vitest';

import { idleTests } from './idle.ts';
import { isolationTests } from './isolation.ts';
import { powerCutTests } from './power-cut.ts';
import { secretTests } from './secrets.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

let sandbox: Sandbox | undefined;

/** One sandbox for everything: making it takes most of the time. */
const theSandbox = (): Sandbox => {
  if (sandbox === undefined) throw new Error('there is no sandbox');
  return sandbox;
};

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox?.engine.close();
});

describe('an idle sandbox', () => idleTests(theSandbox));
describe('isolation', () => isolationTests(theSandbox));
describe('secrets', () => secretTests(theSandbox));
describe('after a power cut', () => powerCutTests(theSandbox));
