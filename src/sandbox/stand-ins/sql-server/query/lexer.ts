import { SqlError } from './values.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'symbol'; readonly text: string };

const pattern = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n]*|/\*[^]*?\*/)`,
    String.raw`N?'(?<string>(?:[^']|'')*)'`,
    String.raw`\[(?<bracket>(?:[^\]]|\]\])*)\]`,
    String.raw`"(?<quoted>(?:[^"]|"")*)"`,
    String.raw`(?<variable>@@?[\w@$#]+)`,
    String.raw`(?<number>\d+(?:\.\d+)?)`,
    String.raw`(?<word>[\p{L}_#][\p{L}\p{N}_@$#]*)`,
    String.raw`(?<symbol><>|<=|>=|!=|[-=<>(),.;*+/])`,
  ].join('|'),
  'uy',
);

/** Cuts T-SQL into tokens. Throws SqlError 102 at a character that it does not know. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < sql.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(sql)?.groups;
    if (groups === undefined) throw new SqlError(102, `Incorrect syntax near '${sql.slice(at, at + 10)}'.`, 15);
    const token = tokenOf(groups);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token | undefined {
  const { string, bracket, quoted, variable, number, word, symbol } = groups;
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'") };
  if (bracket !== undefined) return { kind: 'word', text: bracket.replaceAll(']]', ']'), quoted: true };
  if (quoted !== undefined) return { kind: 'word', text: quoted.replaceAll('""', '"'), quoted: true };
  if (variable !== undefined) return { kind: 'variable', name: variable.toLowerCase() };
  if (number !== undefined) return { kind: 'number', value: Number(number) };
  if (word !== undefined) return { kind: 'word', text: word, quoted: false };
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol };
}
