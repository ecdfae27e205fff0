import { isIP } from 'node:net';

import { z } from 'zod';

import { text } from './schema-parts.ts';
import { type Check, hostNameProblem } from './values.ts';

/** A host name or an address, as a browser has it in its address line. */
export const otherNameProblem: Check = (value) =>
  isIP(value) === 0 ? hostNameProblem(value) : value.includes('%') ? 'is an address without its interface' : undefined;

const name = text(otherNameProblem, { description: 'Host name or IP address.' });

/** Keys of `gateway` in openimis.yaml about what it is called. */
export const nameKeys = {
  otherNames: z
    .array(name)
    .max(20, 'lists at most 20 names')
    .meta({
      description:
        'Other host names and addresses of the gateway, besides gateway.dns. A request that names none of them is refused. Default: none.',
    })
    .exactOptional(),
};
