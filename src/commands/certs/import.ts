import { Flags } from '@oclif/core';

import { BaseCommand, dryRunFlag, serverArgument, serverFlag, yesFlag } from '../../cli/base-command.ts';
import { importCertificate } from '../../cli/certs-import.ts';
import { importView } from '../../cli/views/certs-view.ts';

export default class CertsImport extends BaseCommand {
  static override summary = 'bring a certificate of your own into the gateway';
  static override description = `Reads PEM (certificates in any order, and the key), .pfx/.p12 and .cer. Key, chain, name and dates are checked first; the
gateway takes it by a reload, and it counts only when the running gateway really presents it. One that is not taken
changes nothing. gateway.certificate in openimis.yaml becomes files.`;
  static override args = serverArgument;
  static override flags = {
    server: serverFlag,
    file: Flags.string({
      description: 'file with certificates or the key; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
    }),
    'password-file': Flags.string({ description: 'file with the password of the .pfx or of the key' }),
    'password-stdin': Flags.boolean({ description: 'read that password from standard input' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };
  static override examples = [
    '<%= config.bin %> certs import test --file new.example.org.pfx',
    '<%= config.bin %> certs import test --file chain.pem --file key.pem --dry-run',
  ];

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(CertsImport);
    return this.show(await importCertificate(this.request(args, flags)), importView);
  }
}
