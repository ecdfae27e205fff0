import { findNodeAtLocation, type Node } from 'jsonc-parser';

import { compareSources } from './compare-sources.ts';
import type { JsonModule, ModuleKind, OpenimisJson } from './openimis-json.ts';
import { normalisePythonName } from './package-name.ts';
import type { PinSource } from './pin-source.ts';
import { moduleText } from './pin-text.ts';

/** A module as it goes into openimis.json. */
export type ExportedModule = {
  /** Django app or export name. */
  readonly name: string;
  readonly package: string;
  readonly source: PinSource;
};

type Entry = Readonly<Record<string, unknown>>;
/** An entry of the new list: one that was there (`from` is its index) as it was or with another text, or a new one. */
type Planned = { readonly entry: Entry; readonly from?: number; readonly changed: boolean };

/** A new openimis.json of one kind. `top` comes before the modules. */
export function newOpenimisJson(kind: ModuleKind, modules: readonly ExportedModule[], top: Entry = {}): string {
  return `${JSON.stringify({ ...top, modules: modules.map((one) => newEntry(kind, one)) }, undefined, 2)}\n`;
}

/**
 * `frame` with these modules: an entry whose module is the same stays byte for byte, with everything that is kept in it; the
 * others get another text, new ones come last, those that are not there any more go. Entries of the other kind follow
 * `others` where it has them. Nothing to change: the text itself.
 */
export function withModules(
  frame: OpenimisJson,
  kind: ModuleKind,
  modules: readonly ExportedModule[],
  others: readonly ExportedModule[] = [],
): string {
  const entries = frame.data['modules'] as readonly Entry[];
  const planned = frame.modules.flatMap((old, from): readonly Planned[] => {
    const wanted = (old.kind === kind ? modules : others).find((one) => one.package === old.pin.package);
    if (wanted === undefined && old.kind === kind) return [];
    if (wanted === undefined || compareSources(old.kind, old.pin.source, wanted.source) === undefined)
      return [{ entry: entries[from]!, from, changed: false }];
    return [{ entry: changedEntry(entries[from]!, old, wanted.source), from, changed: true }];
  });
  const there = new Set(frame.modules.filter((old) => old.kind === kind).map(({ pin }) => pin.package));
  const added = modules
    .filter((one) => !there.has(one.package))
    .map((one): Planned => ({ entry: newEntry(kind, one), changed: true }));
  const all = [...planned, ...added];
  if (all.length === entries.length && all.every(({ changed }) => !changed)) return frame.text;
  const data = { ...frame.data, modules: all.map(({ entry }) => entry) };
  const cut = spliced(frame, all);
  const says = JSON.stringify(JSON.parse(cut)) === JSON.stringify(data);
  return says ? cut : `${JSON.stringify(data, undefined, 2)}\n`;
}

const newEntry = (kind: ModuleKind, { name, package: of, source }: ExportedModule): Entry => ({
  name,
  [kind === 'frontend' ? 'npm' : 'pip']: moduleText(kind, of, source),
});

function changedEntry(entry: Entry, old: JsonModule, source: PinSource): Entry {
  if (old.key !== 'version') return { ...entry, [old.key]: moduleText(old.kind, writtenName(old), source) };
  if (source.kind === 'version' || source.kind === 'range')
    return { ...entry, version: source.kind === 'version' ? source.version : source.range.replace(/^\*$/, '>=0') };
  const rest = Object.entries(entry).filter(([key]) => key !== 'package' && key !== 'version');
  return { ...Object.fromEntries(rest), pip: moduleText('backend', writtenName(old), source) };
}

/** The package in its own spelling: openimis-be-medical_pricelist. */
function writtenName({ kind, pin }: JsonModule): string {
  if (kind === 'frontend') return pin.package;
  const words = pin.spec.match(/[A-Za-z0-9._-]+/g) ?? [];
  return words.findLast((word) => normalisePythonName(word) === pin.package) ?? pin.package;
}

/** The text with its own line ends, indents and gaps. */
function spliced({ text, tree }: OpenimisJson, planned: readonly Planned[]): string {
  const list = findNodeAtLocation(tree, ['modules']);
  const items = list?.children ?? [];
  const [first, last] = [items[0], items.at(-1)];
  if (list === undefined || first === undefined || last === undefined) return '{}';
  const lead = text.slice(list.offset + 1, first.offset);
  const gaps = items.slice(1).map((item, index) => text.slice(endOf(items[index]!), item.offset));
  const usual = gaps.at(-1) ?? `,${lead}`;
  const body = planned.map(({ entry, from, changed }, index) => {
    const gap = index === 0 ? lead : ((from === undefined || from === 0 ? undefined : gaps[from - 1]) ?? usual);
    const old = from === undefined ? undefined : items[from];
    if (old !== undefined && !changed) return gap + text.slice(old.offset, endOf(old));
    return gap + (old === undefined ? printed(text, first, usual, entry) : replaced(text, old, entry));
  });
  const tail = text.slice(endOf(last), list.offset + list.length);
  return text.slice(0, list.offset + 1) + body.join('') + tail + text.slice(list.offset + list.length);
}

/** An entry with the values that changed; `{}` (which the caller does not believe) when keys did. */
function replaced(text: string, old: Node, entry: Entry): string {
  let result = text.slice(old.offset, endOf(old));
  for (const property of (old.children ?? []).toReversed()) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined || !Object.hasOwn(entry, String(key.value))) return '{}';
    const wanted = entry[String(key.value)];
    if (value.type !== 'string' || value.value === wanted) continue;
    const [start, end] = [value.offset - old.offset, endOf(value) - old.offset];
    result = result.slice(0, start) + JSON.stringify(wanted) + result.slice(end);
  }
  return result;
}

/** A new entry in the manner of the first one. */
function printed(text: string, first: Node, gap: string, entry: Entry): string {
  const own = text.slice(first.offset, endOf(first));
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /\n([ \t]*)$/.exec(gap)?.[1] ?? '';
  const inner = /\n([ \t]*)"/.exec(own)?.[1];
  const pairs = Object.entries(entry).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  if (inner === undefined) return `{ ${pairs.join(', ')} }`;
  return `{${eol}${pairs.map((pair) => inner + pair).join(`,${eol}`)}${eol}${indent}}`;
}

const endOf = (node: Node): number => node.offset + node.length;
