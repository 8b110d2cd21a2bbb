import { UsageError } from './failure.ts';
import { readStdin } from './stdin.ts';

/**
 * Asks for a line on the terminal; a secret is not echoed.
 * @throws UsageError when the person presses Ctrl-C
 */
export async function askLine(question: string, { secret }: { secret: boolean }): Promise<string> {
  if (!secret) {
    const { createInterface } = await import('node:readline/promises');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await terminal.question(`${question}: `)).trim();
    } finally {
      terminal.close();
    }
  }
  return await hidden(`${question} (not shown): `);
}

const ENTER = new Set(['\r', '\n', '\u0004']);
const INTERRUPT = '\u0003';
const ERASE = new Set(['\u007f', '\b']);

function hidden(question: string): Promise<string> {
  const { stdin } = process;
  // Before anything is asked: who types quickly is not to see it either.
  stdin.setRawMode(true);
  process.stderr.write(question);
  stdin.resume();
  stdin.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let line = '';
    const end = () => {
      stdin.off('data', hear);
      stdin.setRawMode(false);
      stdin.pause();
      process.stderr.write('\n');
    };
    const hear = (text: string) => {
      for (const key of text) {
        if (key === INTERRUPT) {
          end();
          reject(new UsageError('nothing was entered'));
          return;
        }
        if (ENTER.has(key)) {
          end();
          resolve(line.trim());
          return;
        }
        if (ERASE.has(key)) line = [...line].slice(0, -1).join('');
        else if (key >= ' ') line += key;
      }
    };
    stdin.on('data', hear);
  });
}

/** Values on stdin: a JSON object, or for a single field the text itself. */
export async function readValues(fields: readonly string[]): Promise<Record<string, string>> {
  const text = (await readStdin()).trim();
  if (text === '') return {};
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, string>;
    } catch {
      // Not shown: it is most likely a secret.
      throw new UsageError('what is on stdin begins like a JSON object, and is none');
    }
  }
  if (fields.length === 1) return { [fields[0]!]: text };
  throw new UsageError(`on stdin a JSON object is expected, with ${fields.join(', ') || 'the names of headers'}`);
}
