import { type ChildProcess, spawn as spawnHere } from 'node:child_process';
import { homedir } from 'node:os';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { MESSAGE_BYTES } from './fetch.ts';
import { forgetGroup, watchGroup } from './watchdog.ts';

/** What is started: no shell sees it, each argument arrives as it is. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables every child gets. */
  readonly env: Readonly<Record<string, string>>;
  /** The home directory unless told. */
  readonly cwd?: string;
}

/** All that a child sees of our environment. Ours may hold secrets; a server that needs more is given it by name. */
const INHERITED =
  process.platform === 'win32'
    ? [
        'APPDATA',
        'COMSPEC',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'PROGRAMFILES(X86)',
      ].concat(['SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'])
    : ['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER'];

/** So much of what a child says on standard error is kept, to say why it ended. */
const STDERR_CHARACTERS = 4096;
/** After its input has ended a child gets this long to end by itself, and as long again after SIGTERM. */
const GRACE_MS = 1500;

/**
 * The MCP transport over a child's standard streams. The child leads a process group of its own, which is ended whole: by `close`, or by
 * the watchdog when this process dies.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** With `pid`, how the SDK knows a transport of this sort. */
  readonly stderr = null;
  /** What the child last said on standard error. */
  said = '';
  /** How it ended, once it has. */
  ended: string | undefined;
  /** Whether it was started at all, and how many messages it has sent. */
  started = false;
  messages = 0;
  readonly #command: Command;
  readonly #wire: Wire;
  #child: ChildProcess | undefined;
  #gone: Promise<void> | undefined;
  /** What came of a line that has not ended. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(command: Command, wire: Wire) {
    this.#command = command;
    this.#wire = wire;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#command;
    const spawn = process.platform === 'win32' ? ((await import('cross-spawn')).default as typeof spawnHere) : spawnHere;
    const child = spawn(command, [...args], {
      cwd: cwd ?? homedir(),
      env: { ...inherited(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      shell: false,
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    if (child.pid !== undefined) watchGroup(child.pid);
    this.#gone = new Promise(resolve => {
      child.once('error', error => {
        this.ended ??= spawnError(error, this.#command);
        resolve();
        this.onclose?.();
      });
      child.once('exit', (code, signal) => {
        this.ended ??= signal ? `ended by ${signal}` : `ended with code ${code}`;
        resolve();
        // What it started goes with it; and nobody may wait for pipes that a grandchild holds open.
        this.#sweep();
        setImmediate(() => this.onclose?.());
      });
    });
    child.stdin?.on('error', error => this.onerror?.(error));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-STDERR_CHARACTERS);
    });
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    this.started = true;
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#rest, chunk.subarray(from, end)]).toString('utf8');
      this.#rest = [];
      this.#restBytes = 0;
      from = end + 1;
      if (line.trim() !== '') this.#take(line);
    }
    if (from === chunk.length) return;
    this.#rest.push(chunk.subarray(from));
    this.#restBytes += chunk.length - from;
    if (this.#restBytes <= MESSAGE_BYTES) return;
    this.ended ??= `sent more than ${MESSAGE_BYTES} bytes without the end of a message`;
    this.#rest = [];
    void this.close();
  }

  #take(line: string): void {
    try {
      const message = this.#wire.deserializeMessage(line);
      if (!('method' in message) && !isAnswer(message)) throw new Error('a response without a result');
      this.messages += 1;
      this.onmessage?.(message);
    } catch (error) {
      // A line that is no message is left out: many servers log to where only messages belong. An answer to a call is not.
      const id = answeredBy(line);
      if (id === undefined) this.onerror?.(error as Error);
      else
        this.onmessage?.({
          jsonrpc: '2.0',
          id,
          error: { code: -32_700, message: 'The server answered with something that is no response' },
        });
    }
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const stdin = this.#child?.stdin;
      if (!stdin?.writable) {
        reject(new Error('the server has ended'));
        return;
      }
      stdin.write(this.#wire.serializeMessage(message), error => (error ? reject(error) : resolve()));
    });
  }

  /** Ends the whole group: asks first, by the end of its input and SIGTERM. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child || !this.#gone) return;
    const gone = this.#gone.then(() => true);
    child.stdin?.end();
    if (!(await Promise.race([gone, after(GRACE_MS / 3)]))) {
      this.#signal('SIGTERM');
      if (!(await Promise.race([gone, after(GRACE_MS)]))) this.#signal('SIGKILL');
    }
    await gone;
    this.#sweep();
  }

  /** Ends what the child left behind. */
  #sweep(): void {
    const child = this.#child;
    if (!child?.pid) return;
    this.#child = undefined;
    this.#kill(child.pid, 'SIGKILL');
    forgetGroup(child.pid);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) this.#kill(pid, signal);
  }

  #kill(pid: number, signal: NodeJS.Signals): void {
    if (process.platform === 'win32') {
      spawnHere('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => {});
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is empty: all of it has ended.
    }
  }
}

/** What is used of the SDK, which is loaded only when there is something to connect to. */
export type Wire = Pick<typeof import('@modelcontextprotocol/client'), 'deserializeMessage' | 'serializeMessage'>;

const isAnswer = (message: object): boolean =>
  ['result', 'error'].some(key => {
    const value = (message as Record<string, unknown>)[key];
    return typeof value === 'object' && value !== null;
  });

/** The request that a malformed response is meant for. */
function answeredBy(line: string): string | number | undefined {
  try {
    const { id, method } = JSON.parse(line) as { id?: unknown; method?: unknown };
    return method === undefined && (typeof id === 'string' || typeof id === 'number') ? id : undefined;
  } catch {
    // No JSON at all.
    return undefined;
  }
}

const after = (ms: number): Promise<false> =>
  new Promise(resolve => {
    setTimeout(() => resolve(false), ms).unref();
  });

function inherited(): Record<string, string> {
  // A value that is a function is no variable but code for a shell (CVE-2014-6271).
  return Object.fromEntries(
    INHERITED.flatMap(name => {
      const value = process.env[name];
      return value === undefined || value.startsWith('()') ? [] : [[name, value]];
    }),
  );
}

function spawnError(error: NodeJS.ErrnoException, { command, cwd }: Command): string {
  if (error.code !== 'ENOENT') return `could not be started (${error.code ?? error.message})`;
  return `could not be started: there is no "${command}" on the PATH${cwd ? `, or no directory ${cwd}` : ''}`;
}
