import { styleText } from 'node:util';

export type Colour = Parameters<typeof styleText>[0];

/** Colours text for a terminal; NO_COLOR, FORCE_COLOR and pipes are respected per stream. */
export function paint(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(colour, text, { stream, validateStream: true });
}

/** Control characters but tab and newline (C0, DEL, C1). */
const controls = /(?![\t\n])\p{Cc}/gu;

/** Makes text from elsewhere (logs, names, a legacy's answer) harmless for a terminal; tabs and newlines stay. */
export function harmless(text: string): string {
  return text.replace(controls, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
