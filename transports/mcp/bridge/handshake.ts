import type { Link } from './upstream.ts';
import { type Message, type Reply, send, Unanswered } from './wire.ts';

/** An open session of a 2025 revision at the daemon. */
export interface Opened {
  link: Link;
  sessionId: string | undefined;
  version: string;
}

/**
 * The session of a client of a 2025 revision. The client initializes once; the bridge remembers what it said and says it again to
 * every new life of the daemon, so that the client never notices.
 */
export class Handshake {
  #params: Message['params'];
  #opened: Opened | undefined;
  #opening: Promise<Opened> | undefined;

  /** Whether the client speaks a 2025 revision, i.e. has initialized. */
  get begun(): boolean {
    return this.#params !== undefined;
  }

  /** Passes the client's own `initialize` on; what is answered goes to the client. */
  async begin(message: Message, link: Link, write: (message: Message) => void): Promise<void> {
    this.#params = message.params ?? {};
    const opening = initialize(message, link, write);
    this.#opening = opening;
    try {
      this.#opened = await opening;
    } finally {
      this.#opening = undefined;
    }
  }

  /** The session on this link, initialized again if the daemon has started anew. */
  async on(link: Link): Promise<Opened> {
    if (this.#opening) await this.#opening.catch(() => {});
    if (this.#opened?.link === link) return this.#opened;
    this.#opening ??= this.#again(link).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Says that the daemon no longer knows this session. */
  forget(opened: Opened): void {
    if (this.#opened === opened) this.#opened = undefined;
  }

  get opened(): Opened | undefined {
    return this.#opened;
  }

  async #again(link: Link): Promise<Opened> {
    const message: Message = { jsonrpc: '2.0', id: 'executor-bridge-initialize', method: 'initialize', params: this.#params ?? {} };
    const opened = await initialize(message, link, () => {});
    const initialized = await send(link, {
      method: 'POST',
      headers: sessionHeaders(opened),
      body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    });
    await drain(initialized);
    this.#opened = opened;
    return opened;
  }
}

/** The headers of a message within a session. */
export function sessionHeaders({ sessionId, version }: Opened): Record<string, string> {
  return { 'mcp-protocol-version': version, ...(sessionId !== undefined && { 'mcp-session-id': sessionId }) };
}

async function initialize(message: Message, link: Link, write: (message: Message) => void): Promise<Opened> {
  const reply = await send(link, { method: 'POST', headers: {}, body: JSON.stringify(message) });
  let version: unknown;
  let answered = false;
  for await (const { message: answer } of reply.messages) {
    if (answer.method === undefined) {
      answered = true;
      version = (answer.result as { protocolVersion?: unknown } | undefined)?.protocolVersion;
      write({ ...answer, id: message.id ?? null });
    } else write(answer);
  }
  if (!answered) throw new Unanswered(`the daemon answered initialize with status ${reply.status} and nothing else`, true);
  return { link, sessionId: reply.sessionId, version: typeof version === 'string' ? version : '2025-06-18' };
}

async function drain(reply: Reply): Promise<void> {
  for await (const _ of reply.messages);
}
