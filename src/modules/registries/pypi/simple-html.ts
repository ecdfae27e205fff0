import { Parser } from 'htmlparser2';

import type { IndexFile } from './project.ts';
import { isSha256 } from './simple-json.ts';

/** A page of PEP 503, for mirrors that have no JSON: sizes and dates are not in it. Throws a plain error when it is no such page. */
export function readSimpleHtml(body: string, page: URL): readonly IndexFile[] {
  const files: IndexFile[] = [];
  let base = page;
  let attributes: Readonly<Record<string, string>> | undefined;
  let words = '';
  let isPage = false;
  const parser = new Parser({
    onopentag: (tag, found) => {
      isPage ||= tag === 'html' || tag === 'a';
      if (tag === 'base' && found['href'] !== undefined && URL.canParse(found['href'], page.href))
        base = new URL(found['href'], page);
      if (tag !== 'a') return;
      attributes = found;
      words = '';
    },
    ontext: (text) => {
      if (attributes !== undefined) words += text;
    },
    onclosetag: (tag) => {
      if (tag !== 'a' || attributes === undefined) return;
      files.push(...fileOf(attributes, words.trim(), base));
      attributes = undefined;
    },
  });
  parser.end(body);
  if (!isPage) throw new Error('it is no page of links (PEP 503)');
  return files;
}

function fileOf(attributes: Readonly<Record<string, string>>, words: string, base: URL): readonly IndexFile[] {
  const href = attributes['href'];
  if (href === undefined || !URL.canParse(href, base.href)) return [];
  const url = new URL(href, base);
  const sha256 = /^#(?:.*&)?sha256=([0-9a-f]+)/i.exec(url.hash)?.[1];
  url.hash = '';
  const [python, yanked] = [attributes['data-requires-python'], attributes['data-yanked']];
  const metadata = attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'] ?? 'false';
  return [
    {
      name: words.length > 0 && words.length <= 500 ? words : decodeURIComponent(url.pathname.split('/').at(-1) ?? ''),
      url: url.href,
      ...(isSha256(sha256) ? { sha256: sha256.toLowerCase() } : {}),
      ...(python === undefined || python === '' ? {} : { requiresPython: python.slice(0, 500) }),
      ...(yanked === undefined ? {} : { yanked: yanked.slice(0, 500) }),
      ...(metadata === 'false' ? {} : { metadata: true as const }),
    },
  ];
}
