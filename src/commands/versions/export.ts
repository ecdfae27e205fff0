import { Args, Flags } from '@oclif/core';

import { BaseCommand } from '../../cli/base-command.ts';
import { exportPins, writeExport } from '../../cli/export-pins.ts';
import { pinSources } from '../../cli/pin-sets.ts';
import { componentFlag, oneComponent } from '../../cli/versions-flags.ts';

export default class VersionsExport extends BaseCommand {
  static override summary = "print a server's modules as upstream's openimis.json";
  static override description = `A valid openimis.json for openimis-be_py or openimis-fe_js. After versions import it is the file that was imported, with
only what openimis.yaml says differently since. SERVER may also be an upstream release. Extra packages are no modules
and not in it.`;
  static override args = {
    server: Args.string({ required: true, description: 'server or release', ignoreStdin: true }),
  };
  static override flags = {
    backend: Flags.boolean({ description: 'of the backend', exclusive: ['frontend', 'component'] }),
    frontend: Flags.boolean({ description: 'of the frontend', exclusive: ['backend', 'component'] }),
    component: { ...componentFlag, description: 'of this component' },
    output: Flags.string({ char: 'o', description: 'write it here (default: print it)', helpValue: 'FILE' }),
  };
  static override examples = [
    '<%= config.bin %> versions export test --frontend --output openimis-fe_js/openimis.json',
    '<%= config.bin %> versions export test --component ibackend',
    '<%= config.bin %> versions export 24.04 --backend',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsExport);
    const done = await exportPins(args.server, oneComponent(flags), pinSources(flags.workspace));
    const { text, left, modules, name, component, ...rest } = done;
    this.signal.throwIfAborted();
    const file = flags.output === undefined ? undefined : await writeExport(flags.output, text);
    if (left.length > 0 && !this.jsonEnabled())
      process.stderr.write(`not in it, because they are no modules: ${left.join(', ')}\n`);
    const said = file === undefined ? text : `${component} of ${name}: ${modules} modules written to ${flags.output}`;
    const data = { name, component, modules, left, ...rest, file, openimisJson: JSON.parse(text) as unknown };
    return this.show(data, () => said);
  }
}
