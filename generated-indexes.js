// Lists of files that are modules of their own: commands (for oclif) and the doctor's checks. Used by the build and the tests.
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

const root = import.meta.dirname;

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/**
 * src/commands/servers/list.ts -> 'servers:list'; `index` names its folder. Which commands there are and what they take says the
 * manifest: the file of one is loaded when it runs, with what it needs and nothing of the others.
 */
function commandIndex() {
  const entries = filesBelow('src/commands').map(
    (file) =>
      `  '${file.replace(/(\/index)?\.ts$/, '').replaceAll('/', ':')}': () => import('./src/commands/${file}'),`,
  );
  return `export const load = {\n${entries.join('\n')}\n};
const lazy = (id) => ({
  id,
  async run(argv, config) {
    const { default: Command } = await load[id]();
    Command.id = id;
    Command.plugin = this.plugin;
    return Command.run(argv, config);
  },
});
export const commands = Object.fromEntries(Object.keys(load).map((id) => [id, lazy(id)]));
`;
}

/** src/doctor/checks/docker/running.ts -> 'docker/running'. */
function checkIndex() {
  const files = filesBelow('src/doctor/checks');
  const imports = files.map((file, n) => `import { check as c${n} } from './src/doctor/checks/${file}';`);
  const entries = files.map((file, n) => `  '${file.replace(/\.ts$/, '')}': c${n},`);
  return `${imports.join('\n')}\nexport const checks = {\n${entries.join('\n')}\n};\n`;
}

/** Contents of each virtual module; paths in it are relative to the root of the repository. */
export const generatedIndexes = { 'virtual:commands': commandIndex, 'virtual:doctor-checks': checkIndex };
