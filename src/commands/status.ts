import { BaseCommand, serverArgument, serverFlag } from '../cli/base-command.ts';
import { withServerOnEngine } from '../cli/server-session.ts';
import { statusView } from '../cli/views/status-view.ts';
import { serverStatus } from '../deployment/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'what runs of a server, since when, and whether it is healthy';
  static override args = serverArgument;
  static override flags = { server: serverFlag };
  static override examples = ['<%= config.bin %> status test', '<%= config.bin %> status test --json'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status);
    return this.show(await withServerOnEngine(this.request(args, flags), serverStatus), statusView);
  }
}
