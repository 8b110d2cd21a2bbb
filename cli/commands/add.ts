import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addSource } from '../add-source.ts';
import { type Context, text } from '../command.ts';
import { UsageError } from '../failure.ts';
import { readStdin } from '../stdin.ts';

/** `executor add <url-or-file-or-command…>` */
export async function run(context: Context): Promise<number> {
  const { flags, words } = context;
  const headers = { ...readHeaders(flags.header), ...readHeadersFromEnv(flags['header-from-env']) };
  const wanted = {
    ...(await readSource(words, flags)),
    namespace: text(flags, 'name'),
    baseUrl: text(flags, 'base-url'),
    kind: text(flags, 'kind'),
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    allowPrivate: flags['allow-private'] ? true : undefined,
  };
  return addSource(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)), context);
}

/** A file is read here: the daemon knows neither this directory nor, somewhere else, this disk. */
async function readSource(words: readonly string[], flags: Context['flags']): Promise<Record<string, unknown>> {
  const [word = '', ...args] = words;
  const env = { ...readPairs('--env', flags.env), ...readEnv(flags['env-from']) };
  // What is named from here must be found from there, too.
  const isRelative = [word, ...args].some(part => !isAbsolute(part) && /[\\/.]/.test(part) && existsSync(part));
  const cwd = text(flags, 'cwd') ?? (isRelative ? '.' : undefined);
  const extra = { ...(Object.keys(env).length > 0 && { env }), ...(cwd !== undefined && { cwd: resolve(cwd) }) };
  const isUrl = /^https?:\/\//i.test(word);
  if (args.length > 0) {
    const what = isUrl ? 'a URL' : word === '-' ? 'standard input' : existsSync(word) && !isProgram(word) && 'a file, and no program';
    if (what) throw notForDocuments(word, what, args[0]!);
    return { command: word, args, ...extra };
  }
  if (isUrl) return { url: word };
  if (word === '-') return { spec: await readStdin() };
  const path = word.startsWith('file:') ? fileURLToPath(word) : word;
  if (!existsSync(path) || Object.keys(env).length > 0) {
    if (isProgram(word)) return { command: word, args: [], ...extra };
    throw new UsageError(`${word} is neither an http(s) URL nor a file, nor a program on the PATH`);
  }
  try {
    return { spec: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

/** Only a command has words and flags of its own behind it: they are not handed to a document, and it is not started to find out. */
function notForDocuments(word: string, what: string, extra: string): UsageError {
  return new UsageError(
    extra.startsWith('-') ? `unknown flag ${extra} for "executor add"` : `too many words: ${JSON.stringify(extra)}`,
    `${word} is ${what}: what stands behind it must be a flag of "executor add". All flags: executor add --help`,
  );
}

/** Whether one word alone may be a command. A path must be executable, so that a misspelt file is not started. */
function isProgram(word: string): boolean {
  const isThere = (path: string): boolean => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  };
  if (/[\\/]/.test(word)) return isThere(word);
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  const directories = (process.env.PATH ?? '').split(delimiter).filter(directory => directory !== '');
  return directories.some(directory => endings.some(ending => isThere(join(directory, word + ending))));
}

function readPairs(flag: string, given: Context['flags'][string]): Record<string, string> {
  return Object.fromEntries(((given as string[] | undefined) ?? []).map(pair => split(flag, pair)));
}

function readEnv(given: Context['flags'][string]): Record<string, string> {
  return Object.fromEntries(
    ((given as string[] | undefined) ?? []).map(pair => {
      const [name, variable] = pair.includes('=') ? split('--env-from', pair) : [pair, pair];
      const value = process.env[variable];
      if (value === undefined) throw new UsageError(`the environment variable ${variable} is not set`);
      return [name, value];
    }),
  );
}

function readHeaders(given: Context['flags'][string]): Record<string, string> {
  return Object.fromEntries(((given as string[] | undefined) ?? []).map(pair => split('--header', pair)));
}

function readHeadersFromEnv(given: Context['flags'][string]): Record<string, string> {
  return Object.fromEntries(
    ((given as string[] | undefined) ?? []).map(pair => {
      const [name, variable] = split('--header-from-env', pair);
      const value = process.env[variable];
      if (!value) throw new UsageError(`the environment variable ${variable} is empty or not set`);
      return [name, value];
    }),
  );
}

function split(flag: string, pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new UsageError(`${flag} takes name=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
