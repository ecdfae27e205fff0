import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { renewCertificate } from '../../cli/certs.ts';
import { renewalView } from '../../cli/views/certs-view.ts';

export default class CertsRenew extends BaseCommand {
  static override summary = 'get a new certificate from the authority now';
  static override description = `Never needed: the gateway renews by itself when a third of the time is left. It shows at once whether the way from the
authority to this box works. When it does not, the certificate before keeps serving.`;
  static override args = serverArgument;
  static override flags = { server: serverFlag, 'dry-run': dryRunFlag };
  static override examples = ['<%= config.bin %> certs renew test'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CertsRenew);
    return this.show(await renewCertificate(this.request(args, flags)), renewalView);
  }
}
