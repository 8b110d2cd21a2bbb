import type { WriteStream } from 'node:tty';

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof CODES;

// Control characters and bidirectional overrides: an upstream's text must not move the cursor, recolour or reorder what a person reads.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with everything a terminal would obey instead of show written as an escape, as JSON would. */
export function shown(text: string): string {
  return text.replace(UNSAFE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Colours the text when the stream is a terminal that wants colour. */
export function paint(colour: Colour, text: string, stream: WriteStream = process.stdout): string {
  const plain = !stream.isTTY || Boolean(process.env.NO_COLOR) || process.env.TERM === 'dumb';
  return plain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}

/** Writes data for people or pipes: one line on stdout. */
export function out(line: string): undefined {
  process.stdout.write(`${line}\n`);
}

/** Writes what is not data: one line on stderr. */
export function note(line: string): undefined {
  process.stderr.write(`${line}\n`);
}

/** Writes the stable JSON form: one document, indented on a terminal only. */
export function outJson(value: unknown): undefined {
  out(process.stdout.isTTY ? shown(JSON.stringify(value, null, 2)) : JSON.stringify(value));
}

/** Writes a tool's data: text as it is, everything else as indented JSON. */
export function outData(data: unknown): undefined {
  const text = typeof data === 'string' ? data : JSON.stringify(data ?? null, null, 2);
  out(process.stdout.isTTY ? shown(text) : text);
}

/** The text on one line, cut to `width` characters. */
export function fold(text: string, width: number): string {
  const line = shown(text.replace(/\s+/g, ' ').trim());
  return line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
}

/** Counts with the right noun: `1 tool`, `1,190 tools`. */
export function count(n: number, noun: string, nouns = `${noun}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? noun : nouns}`;
}
