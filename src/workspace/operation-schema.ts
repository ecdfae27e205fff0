import { z } from 'zod';

import * as values from './cutover-values.ts';
import { defaults } from './defaults.ts';
import { text, whole } from './schema-parts.ts';

const target = text(values.successorProblem, {
  description: 'A path of the new pages: /front/claim/healthFacilities',
  pattern: values.successorPattern,
});

const users = z
  .array(text(values.loginProblem, { description: 'Login of openIMIS.', maxLength: 50 }))
  .min(1, 'names at least one user, or is absent: then it is for everybody')
  .meta({ description: 'Only these signed-on users; upper and lower case are the same. Default: everybody.' });

const cutover = z
  .record(
    text(values.legacyPageProblem, {
      description: 'A page of the legacy: /Claim.aspx',
      pattern: values.legacyPagePattern,
    }),
    z.strictObject({ to: target, users: users.exactOptional() }).meta({ description: 'Where people are sent.' }),
  )
  .meta({
    description: 'Legacy pages whose visitors are sent to the modular successor. `openimis cutover` writes it.',
  });

const audit = z
  .strictObject({
    days: whole(1, 3650, { description: 'How long the audit is kept.', default: defaults.auditDays }).exactOptional(),
    megabytes: whole(16, 100_000, {
      description: 'Most that it may take; the oldest days go first.',
      default: defaults.auditMegabytes,
    }).exactOptional(),
  })
  .meta({ description: 'Sign-ons, refusals, API clients and changes by commands, on a volume of its own.' });

/** Keys of `gateway` in openimis.yaml about running it for years. */
export const operationKeys = { cutover: cutover.exactOptional(), audit: audit.exactOptional() };
