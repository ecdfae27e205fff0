import { Flags } from '@oclif/core';

import { BaseCommand } from '../../cli/base-command.ts';
import { listServers } from '../../cli/server-listing.ts';
import { serversView } from '../../cli/views/servers-view.ts';

export default class ServersList extends BaseCommand {
  static override summary = 'list the servers of this workspace, or those of the catalogue';
  static override flags = {
    catalogue: Flags.boolean({ description: 'the known servers that `openimis init --from` starts from' }),
  };
  static override examples = ['<%= config.bin %> servers list', '<%= config.bin %> servers list --catalogue'];

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ServersList);
    return this.show(await listServers(flags.workspace, flags.catalogue), serversView);
  }
}
