/**
 * pip.conf as Python's RawConfigParser reads it: sections, `key = value` or `key: value`, deeper lines go on with the value, `#`
 * and `;` begin a comment line. Options of [global], then those of `sections` over them; keys with `-`.
 */
export function readPipConf(text: string, sections: readonly string[]): ReadonlyMap<string, string> {
  const read = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim();
    if (words === '' || /^[#;]/.test(words)) continue;
    const head = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (head !== undefined) {
      section = read.get(head.trim().toLowerCase()) ?? new Map<string, string>();
      read.set(head.trim().toLowerCase(), section);
      last = undefined;
    } else if (/^\s/.test(line) && last !== undefined) {
      section.set(last, `${section.get(last) ?? ''}\n${words}`.trim());
    } else {
      const [, key = '', value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(words) ?? [];
      last = key.toLowerCase().replaceAll('_', '-');
      if (last !== '') section.set(last, value);
    }
  }
  return new Map(['global', ...sections].flatMap((name) => [...(read.get(name) ?? [])]));
}
