import { readFile } from 'node:fs/promises';

import { deploy } from '../../../src/deployment/deploy.ts';
import { noEvents } from '../../../src/deployment/events.ts';
import { planDeployment } from '../../../src/deployment/plan-deployment.ts';
import { contextOf, createDockerEngine, type Setting } from './box.ts';

/** A deploy in a process of its own, so that a test can kill it: prints the id of each step that starts. */
const setting = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Setting;
const engine = await createDockerEngine();
const context = await contextOf(engine, setting);
const started = (id: string): void => void process.stdout.write(`${id}\n`);
await deploy(context, await planDeployment(context), { ...noEvents, started });
await engine.close();
