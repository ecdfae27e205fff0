// Runs inside a container that plays a brand-new machine: sets it up with the product's own code and prints what it saw.
import { statSync } from 'node:fs';

const { applySetup, setupNeeded } = await import('/repo/src/engines/docker/setup.ts');
const { createDockerEngine } = await import('/repo/src/engines/docker/docker-engine.ts');

const refused = await createDockerEngine().catch((error) => error.code);
const first = await setupNeeded();
await applySetup(first, (line) => console.error(line));
const second = await setupNeeded();
const engine = await createDockerEngine();
const info = await engine.info();
await engine.close();
const plugin = '/usr/local/lib/docker/cli-plugins/docker-compose';
const mode = statSync(plugin, { throwIfNoEntry: false })?.mode;
console.log(JSON.stringify({ refused, first: first.map(({ title }) => title), second, info, mode }));
