import { BaseCommand, dryRunFlag, yesFlag } from '../../cli/base-command.ts';
import { runSandboxDown } from '../../cli/run-sandbox.ts';
import { sandboxDownView } from '../../cli/views/sandbox-view.ts';

export default class SandboxDown extends BaseCommand {
  static override summary = 'remove everything that sandbox up made, except the images';
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };
  static override examples = ['<%= config.bin %> sandbox down --yes'];

  async run(): Promise<unknown> {
    const { flags } = await this.parse(SandboxDown);
    return this.show(await runSandboxDown(this.request({}, flags)), sandboxDownView);
  }
}
