import type { Readable } from 'node:stream';
import { Relay } from './bridge/relay.ts';
import type { Message } from './bridge/wire.ts';

/** How long answers under way are waited for when the client has closed its end: long enough for a pipe, short enough for a goodbye. */
const LAST_ANSWERS_MS = 10_000;

export interface BridgeOptions {
  /** Finds the daemon or starts it; called at start and again whenever it was lost. `url` is its base, without `/mcp`. */
  connect: () => Promise<{ url: string; token?: string }>;
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/**
 * `executor mcp`: MCP over stdio for a client to launch, passed through to the daemon's `/mcp`. It reads messages only as far as
 * routing needs, so it starts fast and serves every revision; stdout carries nothing but the protocol.
 *
 * Resolves with the exit code when the client goes: 0, or 6 when the daemon could not be reached at the start.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
 */
export async function runBridge({ connect, stdin, stdout, stderr }: BridgeOptions): Promise<number> {
  const log = (line: string) => stderr.write(`executor mcp: ${line}\n`);
  const write = (message: Message) => stdout.write(`${JSON.stringify(message)}\n`);
  const link = async () => {
    const { url, ...rest } = await connect();
    return { ...rest, url: url.replace(/\/+$/, '') };
  };
  const relay = new Relay({ connect: link, write, log });
  const underWay = new Set<Promise<void>>();
  const gone = new Promise<void>(resolve => {
    stdout.on('error', () => resolve());
    stdin.on('error', () => resolve());
    stdin.on('end', () => void lastAnswers(underWay).then(resolve));
  });

  const take = (line: string) => {
    const messages = parse(line);
    if (!messages) {
      write({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error: a line is not a JSON-RPC message.' } });
      return;
    }
    for (const message of messages) {
      const taken = relay
        .take(message)
        .catch((error: unknown) => void log(error instanceof Error ? error.message : String(error)))
        .finally(() => underWay.delete(taken));
      underWay.add(taken);
    }
  };
  readLines(stdin, take);

  const reachable = await relay.warm().then(
    () => true,
    (error: unknown) => {
      log(`the daemon cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    },
  );
  if (reachable) {
    await gone;
    await relay.end();
  } else await lastAnswers(underWay);
  // An open stdin would keep the process alive.
  (stdin as Partial<Readable>).destroy?.();
  return reachable ? 0 : 6;
}

async function lastAnswers(underWay: ReadonlySet<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>(resolve => {
    timer = setTimeout(resolve, LAST_ANSWERS_MS);
  });
  await Promise.race([Promise.all(underWay), enough]);
  clearTimeout(timer);
}

function parse(line: string): Message[] | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const messages = Array.isArray(parsed) ? parsed : [parsed];
    return messages.every(message => typeof message === 'object' && message !== null) ? (messages as Message[]) : undefined;
  } catch {
    return undefined;
  }
}

function readLines(stdin: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest: string[] = [];
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      const line = rest.join('') + chunk.slice(from, at);
      rest = [];
      from = at + 1;
      if (line.trim() !== '') take(line);
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
  });
}
