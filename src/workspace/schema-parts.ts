import { z } from 'zod';

import type * as values from './values.ts';

type Meta = { readonly description: string } & Readonly<Record<string, unknown>>;

/** Text that is refused with one clear sentence or kept byte for byte. */
export const text = (check: values.Check, meta: Meta) =>
  z
    .string()
    .superRefine((value, context) => {
      const message = check(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta(meta);

export const whole = (least: number, most: number, meta: Meta) =>
  z
    .int()
    .min(least, `must be a whole number from ${least} to ${most}`)
    .max(most, `must be a whole number from ${least} to ${most}`)
    .meta(meta);

export const port = (meta: Meta) => whole(1, 65_535, meta);
