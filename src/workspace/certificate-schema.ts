import { z } from 'zod';

import { certificateSources } from './server.ts';
import { defaults } from './defaults.ts';
import { text } from './schema-parts.ts';
import * as values from './certificate-values.ts';

/** Where the gateway's certificate comes from; keys below `gateway`. */
export const certificateKeys = {
  certificate: z
    .enum(certificateSources)
    .meta({
      description:
        'Where the TLS certificate comes from. self-signed: the gateway makes it; files: openimis certs import brought it; acme: an authority, renewed by itself (needs acme).',
      default: defaults.certificate,
    })
    .exactOptional(),
  acme: z
    .strictObject({
      agreeToTerms: z.literal(true).meta({ description: "You agree to the authority's terms of service." }),
      email: text(values.emailProblem, {
        description: 'Where the authority writes when something is wrong. Optional.',
        pattern: values.emailPattern,
      }).exactOptional(),
      directory: text(values.directoryProblem, {
        description: "The authority's ACME directory.",
        pattern: values.directoryPattern,
        default: defaults.acmeDirectory,
      }).exactOptional(),
      directoryCa: text(values.pemProblem, {
        description: 'PEM certificates that vouch for the directory itself, when it is one of your own.',
        maxLength: values.longestPem,
      }).exactOptional(),
    })
    .meta({ description: 'The authority that certificate: acme asks (HTTP-01: port 80 of gateway.dns leads here).' })
    .exactOptional(),
};
