import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

/** One answer of a registry, as it is kept on disk. */
export type CacheEntry = {
  /** When the registry said so last (milliseconds), and for how long nobody asks again. */
  readonly asked: number;
  readonly freshFor: number;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Absent: there is no such thing. */
  readonly value?: unknown;
};

export type Cache = {
  readonly read: (key: string) => Promise<CacheEntry | undefined>;
  readonly write: (key: string, entry: CacheEntry) => Promise<void>;
};

/** Raised when what is kept changes its shape. */
const schema = 1;
const entrySchema = z.looseObject({
  schema: z.literal(schema),
  key: z.string(),
  asked: z.number(),
  freshFor: z.number(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
});

/**
 * Files that are there as a whole or not at all, so that any number of runs may share the folder. Nobody depends on it: what
 * cannot be read is not there, what cannot be written is not kept.
 */
export function diskCache(folder: string): Cache {
  const fileOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`);
  return {
    read: async (key) => {
      const text = await readFile(fileOf(key), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const parsed = entrySchema.safeParse(parseJson(text));
      return parsed.success && parsed.data.key === key ? parsed.data : undefined;
    },
    write: async (key, entry) => {
      const file = fileOf(key);
      const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const handle = await open(temporary, 'wx', 0o600);
        try {
          await handle.writeFile(JSON.stringify({ schema, key, ...entry }));
        } finally {
          await handle.close();
        }
        await rename(temporary, file);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
