import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { captureVersions } from '../../cli/capture-versions.ts';
import { captureView } from '../../cli/views/capture-view.ts';
import { exitCodes } from '../../failure.ts';

export default class VersionsCapture extends BaseCommand {
  static override summary = 'ask the running containers what they contain, and compare it with openimis.lock.json';
  static override description = `Python says which distributions it has, an image of ours which npm packages its page was made of (in upstream's images:
node_modules). Every package counts, not only modules. Nothing is changed, and no registry is asked.
"versions diff SERVER@running OTHER" compares modules by the labels of the images, without asking the containers.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    modules: Flags.boolean({ description: 'list the modules also where everything is as locked' }),
    'exit-code': Flags.boolean({ description: `end with ${exitCodes.findings} when something is not as locked` }),
  };
  static override examples = [
    '<%= config.bin %> versions capture test',
    '<%= config.bin %> versions capture test --json --exit-code',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsCapture);
    const captured = await captureVersions(this.request(args, flags));
    if (flags['exit-code'] && !captured.asLocked) process.exitCode = exitCodes.findings;
    return this.show(captured, (data) => captureView(data, flags.modules));
  }
}
