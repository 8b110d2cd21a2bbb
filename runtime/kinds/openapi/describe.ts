import type { Operation } from './operation.ts';

const LONGEST = 4_000;
const SHORT = 200;

/** The title: the summary on one line. */
export const titleOf = (operation: Operation): string | undefined =>
  operation.summary === undefined ? undefined : cut(operation.summary.replace(/\s+/g, ' '), SHORT);

/** What a person or an agent reads before calling: the whole description, summary first where it says something else. */
export function descriptionOf(operation: Operation): string {
  const { summary, description, method, path } = operation;
  const parts = [summary, description].filter((part): part is string => part !== undefined);
  const said = parts.length === 2 && parts[1]!.toLowerCase().startsWith(parts[0]!.toLowerCase()) ? [parts[1]!] : parts;
  const body = said.join('\n\n') || `${method.toUpperCase()} ${path}`;
  return cut(operation.deprecated ? `Deprecated. ${body}` : body, LONGEST);
}

/** One line for a list: the summary, else the first sentence of the description. */
export function lineOf(operation: Operation): string {
  const source = operation.summary ?? firstSentence(operation.description) ?? `${operation.method.toUpperCase()} ${operation.path}`;
  return cut(source.replace(/\s+/g, ' ').trim(), SHORT);
}

function firstSentence(description: string | undefined): string | undefined {
  const plain = description
    ?.replace(/<[^>]*>/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim();
  return plain?.match(/^[\s\S]{10,}?[.!?](?=\s|$)/)?.[0] ?? (plain || undefined);
}

const cut = (source: string, length: number): string => (source.length <= length ? source : `${source.slice(0, length - 1).trimEnd()}…`);
