import { Flags } from '@oclif/core';

import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { exportAudit } from '../../cli/export-audit.ts';

export default class AuditExport extends BaseCommand {
  static override summary = 'who signed on, was refused, or changed what: one JSON object a line';
  static override description = `Sign-ons, refusals, API clients, and what commands changed, with time, who and from where. docs/gateway.md
lists the events. With --json: one document instead of lines.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    from: Flags.string({ description: 'from then: 7d, 2h, 2026-11-24, 2026-11-24T08:00:00Z; default: all there is' }),
    to: Flags.string({ description: 'up to then; a day alone means all of it (UTC); default: now' }),
  };
  static override examples = [
    '<%= config.bin %> audit export test --from 7d',
    '<%= config.bin %> audit export test --from 2026-11-01 --to 2026-11-30 > november.jsonl',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(AuditExport);
    return exportAudit(this.request(args, flags), this.jsonEnabled());
  }
}
