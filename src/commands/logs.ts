import { Args, Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../cli/base-command.ts';
import { printLogs } from '../cli/print-logs.ts';

export default class Logs extends BaseCommand {
  static override summary = 'what the containers of a server wrote';
  static override description = `With one argument in a workspace of one server, it may name the component.`;
  static override args = {
    ...serverArgument,
    component: Args.string({
      description: 'frontend, backend, ibackend, worker, rabbitmq or gateway; default: all',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    server: serverFlag,
    follow: Flags.boolean({ char: 'f', description: 'go on until Ctrl-C' }),
    tail: Flags.integer({ description: 'last lines of each container', default: 100, min: 0, max: 100_000 }),
    raw: Flags.boolean({ description: 'lines as they were written; the access log of the gateway is JSON' }),
    since: Flags.string({ description: 'since then: 10m, 2h, or a time like 2026-11-24T08:00:00Z' }),
  };
  static override examples = [
    '<%= config.bin %> logs test backend --follow',
    '<%= config.bin %> logs test gateway --follow',
    '<%= config.bin %> logs test gateway --raw --since 10m',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Logs);
    return printLogs({ ...this.request(args, flags), component: args.component, json: this.jsonEnabled() });
  }
}
