/** One exact text of a rendered file and what stands there in the weakened gateway. */
export type Replacement = { readonly file: string; readonly from: string; readonly to: string };

/**
 * The files with every replacement made.
 * @throws Error when a text is not there exactly once: the gateway has changed and the weakness must be written anew
 */
export function weakened(
  files: Readonly<Record<string, string>>,
  name: string,
  replacements: readonly Replacement[],
): Record<string, string> {
  const result: Record<string, string> = { ...files };
  for (const { file, from, to } of replacements) {
    const text = result[file];
    const count = text === undefined ? 0 : text.split(from).length - 1;
    if (text === undefined || count !== 1)
      throw new Error(`weakened gateway ${name}: ${file} holds this ${count} times instead of once:\n${from}`);
    result[file] = text.replace(from, () => to);
  }
  return result;
}
