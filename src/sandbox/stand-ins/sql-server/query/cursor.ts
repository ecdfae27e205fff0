import type { Token } from './lexer.ts';
import { SqlError } from './values.ts';

/** Walks over tokens; words match in any case, quoted names never count as keywords. */
export type Cursor = {
  readonly peek: (ahead?: number) => Token | undefined;
  /** Takes the next token; SqlError 102 at the end. */
  readonly next: () => Token;
  readonly isWord: (...words: readonly string[]) => boolean;
  readonly isSymbol: (symbol: string) => boolean;
  /** Takes it when it comes next. */
  readonly takeWord: (...words: readonly string[]) => boolean;
  readonly takeSymbol: (symbol: string) => boolean;
  readonly expectWord: (word: string) => void;
  readonly expectSymbol: (symbol: string) => void;
  /** A name, quoted or not. */
  readonly name: () => string;
  /** `a.b.c` */
  readonly path: () => readonly string[];
};

export function cursorOf(tokens: readonly Token[]): Cursor {
  let at = 0;
  const wrong = (): never => {
    const token = tokens[at];
    const near = token === undefined ? 'the end' : 'text' in token ? token.text : token.kind;
    throw new SqlError(102, `Incorrect syntax near '${near}'.`, 15);
  };
  const peek = (ahead = 0): Token | undefined => tokens[at + ahead];
  const isWord = (...words: readonly string[]): boolean => {
    const token = tokens[at];
    return token?.kind === 'word' && !token.quoted && words.includes(token.text.toLowerCase());
  };
  const isSymbol = (symbol: string): boolean => {
    const token = tokens[at];
    return token?.kind === 'symbol' && token.text === symbol;
  };
  const take = (yes: boolean): boolean => {
    if (yes) at += 1;
    return yes;
  };
  const name = (): string => {
    const token = tokens[at];
    if (token?.kind !== 'word') return wrong();
    at += 1;
    return token.text;
  };
  return {
    peek,
    next: () => {
      const token = tokens[at];
      if (token === undefined) return wrong();
      at += 1;
      return token;
    },
    isWord,
    isSymbol,
    takeWord: (...words) => take(isWord(...words)),
    takeSymbol: (symbol) => take(isSymbol(symbol)),
    expectWord: (word) => void (take(isWord(word)) || wrong()),
    expectSymbol: (symbol) => void (take(isSymbol(symbol)) || wrong()),
    name,
    path: () => {
      const parts = [name()];
      while (take(isSymbol('.'))) parts.push(name());
      return parts;
    },
  };
}
