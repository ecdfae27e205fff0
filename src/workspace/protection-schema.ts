import { z } from 'zod';

import { defaults } from './defaults.ts';
import { refusalNames } from './refusal-names.ts';
import { text, whole } from './schema-parts.ts';
import * as values from './values.ts';

const networks = (description: string) =>
  z.array(text(values.networkProblem, { description: 'Address or network: 203.0.113.0/24.' })).meta({ description });

/** What keeps strangers out of the legacy's pages; keys below `gateway`. */
export const protectionKeys = {
  guessing: z
    .strictObject({
      perAddress: whole(1, 10_000, {
        description: 'Failed logins that one address (IPv6: one /64) has before it must wait.',
        default: defaults.guessing.perAddress,
      }).exactOptional(),
      site: whole(1, 1_000_000, {
        description: 'Failed logins of all addresses together before new addresses are slowed.',
        default: defaults.guessing.site,
      }).exactOptional(),
      window: whole(10, 86_400, {
        description: 'Seconds after which both budgets are full again.',
        default: defaults.guessing.window,
      }).exactOptional(),
      offices: networks('Addresses that many people share: they have no budget of their own.').exactOptional(),
    })
    .meta({ description: 'How often a wrong password may be tried before it becomes slow. Nobody is locked out.' })
    .exactOptional(),
  refusalsOff: z
    .array(z.enum(refusalNames))
    .meta({ description: 'Rules of templates/gateway/refusals.json that do not apply here.' })
    .exactOptional(),
  trustedProxies: networks(
    'Proxies in front of the gateway: only from them is X-Forwarded-For believed. Default: none.',
  ).exactOptional(),
  photoFolders: z
    .array(
      text(values.folderProblem, {
        description: 'Folder below the legacy site.',
        pattern: values.folderPattern,
      }),
    )
    .min(1, 'lists at least one folder; `refusalsOff: [photos]` opens them all')
    .meta({ description: "Folders of the legacy that hold insurees' photos. Default: Images, FromPhone, Photos" })
    .exactOptional(),
};
