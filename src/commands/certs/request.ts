import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag } from '../../cli/base-command.ts';
import { requestCertificate } from '../../cli/certs.ts';
import { requestView } from '../../cli/views/certs-view.ts';

export default class CertsRequest extends BaseCommand {
  static override summary = 'print a signing request (CSR) for an authority that takes one';
  static override description = `The private key is made in the gateway and never leaves it. Give the request to the authority, then bring what it answers
with: certs import SERVER --file ANSWER. Asked again, it prints the same request.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    new: Flags.boolean({ description: 'make another key; an answer to the request before is of no use then' }),
    'dry-run': dryRunFlag,
  };
  static override examples = ['<%= config.bin %> certs request test > new.example.org.csr'];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CertsRequest);
    return this.show(await requestCertificate(this.request(args, flags)), requestView);
  }
}
