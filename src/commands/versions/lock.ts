import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { lockServer } from '../../cli/lock-server.ts';
import { ageInDays, dayOf, upgradeWords } from '../../cli/lock-flags.ts';
import { componentFlag } from '../../cli/versions-flags.ts';
import { lockView } from '../../cli/views/lock-view.ts';
import { exitCodes } from '../../failure.ts';

export default class VersionsLock extends BaseCommand {
  static override summary = 'choose every version once and write it into openimis.lock.json';
  static override description = `Ranges become versions, branches and tags become commits, and everything that the modules require is written down
with its hash. uv chooses for backends, npm for the frontend, both inside the build image. What was locked stays where it
still fits. No install script of an npm package runs unless --allow-script has put it into the lock.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    component: componentFlag,
    check: Flags.boolean({
      description: `only say whether the lock is current; ends with ${exitCodes.findings} when it is missing, stale or edited`,
    }),
    upgrade: Flags.string({
      description: 'modules or packages that may move (core,django), or "all"',
      helpValue: 'NAME,...|all',
    }),
    'as-of': Flags.string({ description: 'the registries as they were on this day', helpValue: 'YYYY-MM-DD' }),
    'min-age': Flags.string({
      description: 'leave out versions that are younger (default: 0d for a first lock, then 7d)',
      helpValue: '7d',
    }),
    'allow-git': Flags.boolean({ description: "take upstream's git tag for a version that is on no registry" }),
    'allow-script': Flags.string({
      description: 'npm package whose install script may run; the lock remembers it (may be repeated)',
      helpValue: 'PACKAGE',
      multiple: true,
    }),
    'dry-run': dryRunFlag,
  };
  static override examples = [
    '<%= config.bin %> versions lock test',
    '<%= config.bin %> versions lock test --check',
    '<%= config.bin %> versions lock test --upgrade core --component backend',
    '<%= config.bin %> versions lock test --as-of 2024-12-15',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VersionsLock);
    const request = this.request(args, {
      ...flags,
      upgrade: upgradeWords(flags.upgrade),
      'as-of': dayOf(flags['as-of']),
      'min-age': ageInDays(flags['min-age']),
    });
    const outcome = await lockServer(request);
    if (flags.check && outcome.components.some(({ state }) => state !== 'current'))
      process.exitCode = exitCodes.findings;
    return this.show(outcome, lockView);
  }
}
