export type NetrcEntry = { readonly login: string; readonly password: string };

/** `machine HOST login NAME password WORD` in any layout; `default` is for every other host. Macros are passed over. */
export function readNetrc(text: string): (host: string) => NetrcEntry | undefined {
  const plain = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*#.*$/, ''))
    .join('\n')
    .replace(/\bmacdef\s[\s\S]*?(?:\n\n|$)/g, '\n');
  const words = [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1'),
  );
  const entries = new Map<string, Partial<Record<string, string>>>();
  let entry: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === 'default' || word === 'machine') {
      entry = {};
      const host = word === 'default' ? '' : (words[++at] ?? '').toLowerCase();
      if (!entries.has(host)) entries.set(host, entry);
    } else if (['login', 'password', 'account'].includes(word)) entry[word] = words[++at] ?? '';
  }
  return (host) => {
    const { login, password } = entries.get(host.toLowerCase()) ?? entries.get('') ?? {};
    return login === undefined || password === undefined ? undefined : { login, password };
  };
}
