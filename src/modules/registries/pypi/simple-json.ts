import { z } from 'zod';

import type { IndexFile } from './project.ts';

const text = z.string().max(2000);
const fileSchema = z.looseObject({
  filename: text,
  url: text,
  hashes: z.record(z.string(), z.string()).optional().catch(undefined),
  'requires-python': text.nullish().catch(undefined),
  yanked: z.union([z.boolean(), z.string()]).optional().catch(undefined),
  size: z.int().nonnegative().optional().catch(undefined),
  'upload-time': z.string().optional().catch(undefined),
  'core-metadata': z.unknown().optional(),
  'dist-info-metadata': z.unknown().optional(),
});
const pageSchema = z.looseObject({
  meta: z.looseObject({ 'api-version': z.string().regex(/^1\.\d+$/) }),
  name: z.string(),
  files: z.array(z.unknown()).max(200_000),
});

/** A page of PEP 691 (sizes and dates: PEP 700). Throws a plain error with the reason. `page`: what addresses are relative to. */
export function readSimpleJson(body: string, page: URL): readonly IndexFile[] {
  const parsed = pageSchema.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error('it is no list of files (PEP 691)');
  return parsed.data.files.flatMap((value): IndexFile[] => {
    const file = fileSchema.safeParse(value);
    if (!file.success || !URL.canParse(file.data.url, page.href)) return [];
    const { filename, url, hashes, yanked, size } = file.data;
    const [time, requiresPython] = [file.data['upload-time'], file.data['requires-python']];
    const metadata = file.data['core-metadata'] ?? file.data['dist-info-metadata'] ?? false;
    return [
      {
        name: filename,
        url: new URL(url, page).href,
        ...(isSha256(hashes?.['sha256']) ? { sha256: hashes['sha256'].toLowerCase() } : {}),
        ...(size === undefined ? {} : { size }),
        ...(time === undefined || Number.isNaN(Date.parse(time)) ? {} : { published: new Date(time).toISOString() }),
        ...(requiresPython === undefined || requiresPython === null || requiresPython === '' ? {} : { requiresPython }),
        ...(yanked === undefined || yanked === false ? {} : { yanked: yanked === true ? '' : yanked.slice(0, 500) }),
        ...(metadata === false ? {} : { metadata: true as const }),
      },
    ];
  });
}

export function isSha256(hex: string | undefined): hex is string {
  return hex !== undefined && /^[0-9a-f]{64}$/i.test(hex);
}
