import { z } from 'zod';

import { certificateProblem } from './certificate.ts';
import { text } from './schema-parts.ts';
import { legacyTls } from './server.ts';
import * as values from './values.ts';

/** Key `legacy` of a server. */
export const legacy = z
  .strictObject({
    dns: text(values.hostNameProblem, {
      description: 'Host name of the legacy as users type it (wiki: LEGACY_DNS). Optional: some have an address only.',
      pattern: values.hostNamePattern,
    }).exactOptional(),
    ip: text(values.addressProblem, {
      description: 'Address of the legacy (wiki: LEGACY_IP). 127.0.0.1 means this very box.',
    }).exactOptional(),
    url: text(values.urlProblem, {
      description: 'Scheme, port and virtual directory of the legacy site. Default: http://<dns or ip>/',
      pattern: values.urlPattern,
    }).exactOptional(),
    tls: z
      .enum(legacyTls)
      .meta({
        description:
          'How the legacy is known to be the legacy: verify (default of https), pin, insecure; none accepts plain http to another box.',
      })
      .exactOptional(),
    certificate: text(certificateProblem, {
      description:
        'With tls: pin, the one certificate that is accepted (PEM). openimis init --legacy-tls pin writes it.',
    }).exactOptional(),
  })
  .meta({ description: 'The existing installation. May be absent only with gateway.signOn: application.' });
