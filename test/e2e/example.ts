import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A shell example of a page. */
export interface Example {
  line: number;
  commands: string;
  /** The exit code the page says it has. */
  exits: number;
  /** What the page says it prints, when it says so. */
  printed?: string;
  /** Files the page has shown before it, which are there when it runs. */
  files: Record<string, string>;
}

/** A shell block that is not run, and why; without a reason it is a mistake. */
export interface Unrun {
  line: number;
  reason: string | undefined;
}

/** A page of the documentation, by its path in the repository. */
export const page = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

// A fenced block with the comment before it, and for a shell block what the page says it prints.
const BLOCK = /(?:<!-- ([^\n]*?) -->\n)?```(\w*)\n([\s\S]*?)\n?```\n(?:```text\n([\s\S]*?)```\n)?/g;

/** The shell examples of a page in their order: those marked `<!-- runs -->` or `<!-- runs, exits 3 -->`, and the others. */
export function examplesOf(text: string): { runs: Example[]; unrun: Unrun[] } {
  const runs: Example[] = [];
  const unrun: Unrun[] = [];
  const files: Record<string, string> = {};
  for (const [whole, mark = '', language = '', commands = '', printed] of text.matchAll(BLOCK)) {
    const line = text.slice(0, text.indexOf(whole)).split('\n').length;
    const named = /^file: (\S+)$/.exec(mark)?.[1];
    if (named) files[named] = `${commands}\n`;
    if (!/^(sh|bash|shell|console|)$/.test(language)) continue;
    const exits = /^runs(?:, exits (\d))?$/.exec(mark);
    if (!exits) unrun.push({ line, reason: /^not run: (\S.*)$/.exec(mark)?.[1] });
    else runs.push({ line, commands, exits: Number(exits[1] ?? 0), files: { ...files }, ...(printed !== undefined && { printed }) });
  }
  return { runs, unrun };
}

/** The text with what differs from run to run replaced by names. */
export function golden(text: string, origins: Record<string, string> = {}): string {
  let same = text;
  for (const [origin, name] of Object.entries(origins)) same = same.replaceAll(origin, name);
  return same
    .replace(/exec_[0-9a-z]{26}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>')
    .trim();
}
