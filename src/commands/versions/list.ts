import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { pinSetOf, pinSources } from '../../cli/pin-sets.ts';
import { chooseServer } from '../../cli/session.ts';
import { componentFlag } from '../../cli/versions-flags.ts';
import { pinsView } from '../../cli/views/pins-view.ts';

export default class VersionsList extends BaseCommand {
  static override summary = 'list the modules of a server with their versions';
  static override description = `The base set of the server's release with its own pins over it. A worker runs the backend's modules. SERVER may also be
an upstream release or an openimis.json file.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    component: componentFlag,
    origin: Flags.boolean({ description: 'say where each version comes from' }),
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
    const set = await pinSetOf(name ?? chooseServer((await sources.workspace()).config, undefined), sources);
    const { component, origin } = flags;
    const shown = component === undefined ? set : { ...set, components: { [component]: set.components[component] } };
    return this.show(shown, (pins) => pinsView(pins, origin));
  }
}
