import { useEffect, useState } from 'react';
import type { Candidate } from '../machines/schema/source.ts';
import { api } from './api.ts';
import { type ApiError, toApiError } from './request.ts';

/** What was typed or pasted, before anybody has looked at it. */
export type Given = { kind: 'nothing' } | { kind: 'url'; url: string } | { kind: 'document'; text: string } | Command | { kind: 'unclear' };

/** A program that speaks MCP on its standard streams. */
export interface Command {
  kind: 'command';
  command: string;
  args: string[];
  env: Record<string, string>;
}

export type Detection =
  | { state: 'idle' }
  | { state: 'looking' }
  | { state: 'found'; candidate: Candidate; others: number }
  | { state: 'refused'; error: ApiError }
  | { state: 'failed'; error: ApiError };

const PAUSE = 350;

/** Tells an address from a document. */
export function readGiven(text: string): Given {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'nothing' };
  if (/^https?:\/\/[^\s/]+/i.test(trimmed) && !/\s/.test(trimmed)) return { kind: 'url', url: trimmed };
  if (/^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[\d:a-f]+\])(:\d+)?(\/\S*)?$/i.test(trimmed)) return { kind: 'url', url: `http://${trimmed}` };
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?(\/\S*)?$/.test(trimmed)) return { kind: 'url', url: `https://${trimmed}` };
  if (trimmed.startsWith('{') || trimmed.includes('\n')) return { kind: 'document', text };
  return readCommand(trimmed) ?? { kind: 'unclear' };
}

const PROGRAM = /^(npx|uvx|bunx|bun|node|deno|python3?|pipx|uv|docker|podman|[.~]?\/\S+|[A-Za-z]:\\\S+)$/;

/** A command line as words: quotes hold words together, variables may stand in front. No shell reads it later, so nothing else means anything. */
function readCommand(text: string): Command | undefined {
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+?=(?:"[^"]*"|'[^']*'|\S*))|(\S+)/g)].map(
    ([whole, double, single]) => double ?? single ?? whole.replace(/^([^=\s]+=)["'](.*)["']$/, '$1$2'),
  );
  const env: Record<string, string> = {};
  while (words[0] !== undefined && /^[A-Z_][A-Z0-9_]*=/.test(words[0])) {
    const word = words.shift() ?? '';
    env[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1);
  }
  const [command, ...args] = words;
  return command !== undefined && PROGRAM.test(command) ? { kind: 'command', command, args, env } : undefined;
}

/** A first guess at the name of what a command starts: the package or file it names. */
function nameOfCommand({ command, args }: Command): string {
  const named = args.find(arg => !arg.startsWith('-') && !/^(run|exec|start|tool|dlx)$/.test(arg)) ?? command;
  return (
    named
      .replace(/@[\w.^~-]+$/, '')
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.\w+$/, '')
      .replace(/^(mcp-)?server-|-?mcp(-server)?$/g, '') || 'mcp'
  );
}

/** Looks at what is given, once the typing pauses: the daemon fetches an address; a document is read here. */
export function useDetection(given: Given, allowPrivate: boolean): { detection: Detection; retry: () => void } {
  const [detection, setDetection] = useState<Detection>({ state: 'idle' });
  const [turn, setTurn] = useState(0);
  const key =
    given.kind === 'url'
      ? given.url
      : given.kind === 'document'
        ? given.text
        : given.kind === 'command'
          ? [given.command, ...given.args].join(' ')
          : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what `given` holds
  useEffect(() => {
    if (given.kind === 'document') return setDetection(readDocument(given.text));
    if (given.kind === 'command') {
      const name = nameOfCommand(given);
      const candidate: Candidate = { kind: 'mcp', confidence: 1, name, namespace: namespaceOf(name) };
      return setDetection({ state: 'found', candidate, others: 0 });
    }
    if (given.kind !== 'url') return setDetection({ state: 'idle' });
    const abort = new AbortController();
    setDetection({ state: 'looking' });
    const timer = setTimeout(() => {
      api.detect({ url: given.url, ...(allowPrivate && { allowPrivate }) }, abort.signal).then(
        ({ candidates: [best, ...others] }) =>
          setDetection(
            best
              ? { state: 'found', candidate: best, others: others.length }
              : { state: 'failed', error: toApiError(new Error('Nothing at this address is an API description that executor knows.')) },
          ),
        (thrown: unknown) => {
          if (abort.signal.aborted) return;
          const error = toApiError(thrown);
          setDetection({ state: error.code === 'egress_refused' ? 'refused' : 'failed', error });
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [given.kind, key, allowPrivate, turn]);
  return { detection, retry: () => setTurn(turn + 1) };
}

/** A first look at a pasted document; the daemon reads it properly. */
function readDocument(text: string): Detection {
  const head = text.slice(0, 20_000);
  const known =
    /^\s*['"]?(openapi|swagger)['"]?\s*:/m.test(head) || /"(openapi|swagger)"\s*:/.test(head) || /"(openapi|swagger)"\s*:/.test(text);
  if (!known)
    return { state: 'failed', error: toApiError(new Error('This does not look like an OpenAPI document: it has no "openapi" field.')) };
  const name = titleIn(head) ?? 'Pasted document';
  return { state: 'found', candidate: { kind: 'openapi', confidence: 0.9, name, namespace: namespaceOf(name) }, others: 0 };
}

/** The first title in the beginning of a description, in JSON or YAML, block or flow. */
export function titleIn(head: string): string | undefined {
  const found = /(?:^|[{,])\s*['"]?title['"]?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^'"\n,{}]+))/m.exec(head);
  return found?.slice(1).find(Boolean)?.trim();
}

/** A namespace made of a title: "Bookshop API 2" becomes `bookshop`. */
function namespaceOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[^\w\s-]/g, '')
    .split(/[\s_-]+/)
    .filter(word => word && !/^(api|apis|rest|openapi|the|v?\d+(\.\d+)*)$/i.test(word));
  const joined = words
    .map((word, index) => (index === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1).toLowerCase()))
    .join('');
  return /^[a-z]/.test(joined) ? joined.slice(0, 63) : 'api';
}
