import { z } from 'zod';

import { defaults } from './defaults.ts';
import { otherNameProblem } from './names-schema.ts';
import { port, text } from './schema-parts.ts';
import { servicePathPattern, servicePathProblem } from './service-values.ts';

const services = z
  .strictObject({
    paths: z
      .array(
        text(servicePathProblem, {
          description: 'A path of the legacy, with everything below it: /rest/',
          pattern: servicePathPattern,
        }),
      )
      .min(1, 'names at least one path')
      .max(50, 'names at most 50 paths')
      .meta({ description: 'Paths of the legacy, each with everything below it; no pages (.aspx).' }),
    http: z
      .enum(['redirect', 'keep'])
      .meta({
        description:
          'redirect: plain http gets 308 to https; keep: it is answered, for phones that follow no redirect.',
        default: defaults.servicesHttp,
      })
      .exactOptional(),
    host: text(otherNameProblem, {
      description: 'Only under this name, which serves nothing else. Default: the names of the gateway.',
    }).exactOptional(),
    port: port({ description: 'Also on this port of its own, by plain http. Default: none.' }).exactOptional(),
  })
  .meta({
    description: 'Paths of the legacy that phones and programs ask for by plain http, without cookies. Default: none.',
  });

const legacyCalls = z
  .strictObject({ port: port({ description: 'Port for https of its own, which answers legacy.ip only.' }) })
  .meta({
    description:
      'Legacy 1.7.0 calls the new GraphQL for batches (its setting ModularGQLSource). Whom it names is believed. Default: off.',
  });

/** Keys of `gateway` in openimis.yaml about who is no browser. */
export const serviceKeys = { services: services.exactOptional(), legacyCalls: legacyCalls.exactOptional() };
