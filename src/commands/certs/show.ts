import { BaseCommand, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { showCertificate } from '../../cli/certs.ts';
import { certificateView } from '../../cli/views/certs-view.ts';

export default class CertsShow extends BaseCommand {
  static override summary = 'which certificate the gateway presents, until when, and how the last renewal went';
  static override args = serverArgument;
  static override flags = { server: serverFlag };
  static override examples = ['<%= config.bin %> certs show test', '<%= config.bin %> certs show test --json'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CertsShow);
    return this.show(await showCertificate(this.request(args, flags)), certificateView);
  }
}
