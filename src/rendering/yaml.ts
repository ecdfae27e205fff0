import { Document, Scalar, type ScalarTag } from 'yaml';

/** What a compose.yaml is built from. */
export type Plain =
  string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain } | Literal | FileMode;

/** A text of several lines that people will want to read: printed as a block. */
export type Literal = Scalar<string>;

/** Permissions, printed as 0o444. */
export type FileMode = Scalar<number>;

export function literal(text: string): Literal {
  const scalar = new Scalar(text);
  if (isTame(text)) scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

export function fileMode(mode: number): FileMode {
  const scalar = new Scalar(mode);
  scalar.format = 'OCT';
  return scalar;
}

/** ASCII without trailing blanks, from a first line that is not indented to exactly one newline: a block holds it exactly. */
function isTame(text: string): boolean {
  return /^[!-~](?:[\n -~]*[!-~])?\n$/.test(text) && !/ $/m.test(text);
}

/** Keys that no YAML version reads as anything but a string. */
const plainKey = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][A-Za-z0-9_.-]*$/i;

/**
 * Every string in double quotes: YAML 1.1, 1.2 and Compose's own parser disagree about `yes`, `0123`, `1e3` and `12:30`.
 * JSON's escapes are YAML's; the characters that YAML forbids or takes for a line break are escaped on top.
 */
function quoted(text: string): string {
  if (!text.isWellFormed() || text.includes('\0'))
    throw new Error('a text with half a character or NUL cannot be rendered');
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u00ad\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Takes the place of the library's string tag, which still prints blocks. */
function quotedString(builtIn: ScalarTag): ScalarTag {
  return {
    ...builtIn,
    stringify(item, context, onComment, onChompKeep) {
      const text = String(item.value);
      if (context.implicitKey && plainKey.test(text)) return text;
      const isBlock = item.type === Scalar.BLOCK_LITERAL && !context.implicitKey;
      return (isBlock && builtIn.stringify?.(item, context, onComment, onChompKeep)) || quoted(text);
    },
  };
}

const stringTag = 'tag:yaml.org,2002:str';

/** Prints data as YAML that Compose, YAML 1.1 and YAML 1.2 read alike. Throws for a text that no file can hold. */
export function printYaml(data: Plain, comment: string): string {
  const document = new Document(data, {
    version: '1.2',
    aliasDuplicateObjects: false,
    customTags: (tags) =>
      tags.map((tag) => (typeof tag !== 'string' && tag.tag === stringTag ? quotedString(tag as ScalarTag) : tag)),
  });
  document.commentBefore = comment;
  return document.toString({ lineWidth: 0 });
}

/** Compose replaces `$NAME` and `${NAME}` in every value; `$$` is one dollar. Keys are not touched. */
export function withDoubledDollars(data: Plain): Plain {
  if (typeof data === 'string') return data.replaceAll('$', '$$$$');
  if (typeof data !== 'object') return data;
  if (data instanceof Scalar)
    return typeof data.value === 'string' ? literal(data.value.replaceAll('$', '$$$$')) : data;
  if (Array.isArray(data)) return data.map(withDoubledDollars);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withDoubledDollars(value)]));
}
