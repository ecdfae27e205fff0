import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { listPins, pinSources } from '../../cli/pin-sets.ts';
import { chooseServer } from '../../cli/session.ts';
import { componentFlag, inForm, tableFlags } from '../../cli/versions-flags.ts';
import { pinsHead, pinsRows, pinsView } from '../../cli/views/pins-view.ts';

export default class VersionsList extends BaseCommand {
  static override summary = 'list the modules of a server with their versions';
  static override description = `The base set of the server's release with its own pins over it; packages that are no modules (extra) below it. A worker
runs the backend's modules. SERVER may also be a revision (test@r7), an upstream release, an openimis.json
or a lock file.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    component: componentFlag,
    origin: Flags.boolean({ description: 'say where each version comes from' }),
    ...tableFlags,
  };
  static override examples = [
    '<%= config.bin %> versions list test',
    '<%= config.bin %> versions list test --origin --component backend',
    '<%= config.bin %> versions list 24.10',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsList);
    const sources = pinSources(flags.workspace);
    const { name } = this.request(args, flags);
    const word = name ?? chooseServer((await sources.workspace()).config, undefined);
    const list = await listPins(word, sources, flags.component);
    return this.show(list, (pins) => inForm(flags, pinsHead, pinsRows(pins), () => pinsView(pins, flags.origin)));
  }
}
