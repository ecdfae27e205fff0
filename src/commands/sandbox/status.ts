import { BaseCommand } from '../../cli/base-command.ts';
import { readSandbox } from '../../cli/run-sandbox.ts';
import { sandboxStatusView } from '../../cli/views/sandbox-view.ts';

export default class SandboxStatus extends BaseCommand {
  static override summary = 'what runs of the sandbox, its addresses and its users';
  static override examples = ['<%= config.bin %> sandbox status'];

  async run(): Promise<unknown> {
    await this.parse(SandboxStatus);
    return this.show(await readSandbox(), sandboxStatusView);
  }
}
