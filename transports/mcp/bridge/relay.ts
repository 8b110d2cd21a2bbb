import { setTimeout as delay } from 'node:timers/promises';
import { claimedRevision, isRepeatable, keyed, statelessHeaders } from './era.ts';
import { Handshake, type Opened, sessionHeaders } from './handshake.ts';
import { answers, type Link, Upstream } from './upstream.ts';
import { type Message, send, Unanswered } from './wire.ts';

const ATTEMPTS = 5;
const PAUSE_MS = 100;

/** Passes one client's messages to the daemon and its answers back, over any number of the daemon's lives. */
export class Relay {
  readonly #upstream: Upstream;
  readonly #write: (message: Message) => void;
  readonly #log: (line: string) => void;
  readonly #handshake = new Handshake();
  readonly #cancels = new Map<Message['id'], AbortController>();
  /** Requests of the daemon, renamed: two of its lives may use the same id. */
  readonly #asked = new Map<string, { opened: Opened; id: Message['id'] }>();
  readonly #gone = new AbortController();
  #askedCount = 0;
  #listening: Opened | undefined;

  constructor(options: { connect: () => Promise<Link>; write: (message: Message) => void; log: (line: string) => void }) {
    this.#upstream = new Upstream(options.connect);
    this.#write = options.write;
    this.#log = options.log;
  }

  /** Finds the daemon before the first message needs it. Rejects when nothing answers. */
  async warm(): Promise<void> {
    const link = await this.#upstream.link();
    if (!(await answers(link))) throw new Error(`nothing answers at ${link.url}`);
  }

  /** Handles one message of the client; resolves when nothing more is to come for it. */
  async take(message: Message): Promise<void> {
    if (message.method === undefined) return this.#respond(message);
    if (message.id === undefined || message.id === null) return this.#notify(message);
    const cancel = new AbortController();
    this.#cancels.set(message.id, cancel);
    try {
      await this.#request(keyed(message), AbortSignal.any([cancel.signal, this.#gone.signal]));
    } finally {
      this.#cancels.delete(message.id);
    }
  }

  /** The client is gone: ends what is open and the session. */
  async end(): Promise<void> {
    this.#gone.abort();
    const { opened } = this.#handshake;
    if (opened?.sessionId === undefined) return;
    await send(opened.link, { method: 'DELETE', headers: sessionHeaders(opened), signal: AbortSignal.timeout(500) }).catch(() => {});
  }

  async #request(message: Message, cancelled: AbortSignal): Promise<void> {
    let failure = 'it did not answer';
    let delivered = false;
    for (let attempt = 0; attempt < ATTEMPTS && !cancelled.aborted; attempt++) {
      if (attempt > 0) await delay(PAUSE_MS * attempt);
      let link: Link;
      try {
        link = await this.#upstream.link();
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
        break;
      }
      try {
        const refused = await this.#deliver(message, link, cancelled);
        if (refused === undefined) return;
        failure = refused;
      } catch (error) {
        if (cancelled.aborted) return;
        if (!(error instanceof Unanswered)) throw error;
        failure = error.message;
        delivered ||= error.delivered;
        this.#upstream.lost(link);
        this.#log(`lost the daemon at ${link.url}: ${failure}`);
        if (delivered && !isRepeatable(message)) break;
        if (message.method === 'subscriptions/listen') {
          await this.#upstream.back(link, cancelled);
          attempt = 0;
        }
      }
    }
    if (!cancelled.aborted) this.#answerFailure(message, failure, delivered);
  }

  /** One attempt. Gives the reason when the daemon did not take the message, so that it has to be tried anew. */
  async #deliver(message: Message, link: Link, signal: AbortSignal): Promise<string | undefined> {
    const revision = claimedRevision(message);
    if (message.method === 'initialize' && revision === undefined) {
      await this.#handshake.begin(message, link, answer => this.#write(answer));
      return undefined;
    }
    const opened = revision === undefined && this.#handshake.begun ? await this.#handshake.on(link) : undefined;
    if (opened) this.#listen(opened);
    const reply = await send(link, {
      method: 'POST',
      headers: revision !== undefined ? statelessHeaders(message, revision) : opened ? sessionHeaders(opened) : {},
      body: JSON.stringify(message),
      signal: revision !== undefined ? signal : this.#gone.signal,
    });
    if (reply.status === 404 && opened) {
      this.#handshake.forget(opened);
      return 'it does not know the session';
    }
    if (reply.status === 401) {
      this.#upstream.lost(link);
      return 'it refused the token';
    }
    let answered = false;
    for await (const { message: answer } of reply.messages) {
      if (answer.method !== undefined) this.#pass(answer, opened);
      else {
        answered = true;
        this.#write({ ...answer, id: message.id ?? null });
      }
    }
    if (!answered) throw new Unanswered(`the answer to ${message.method} ended early (status ${reply.status})`, true);
    return undefined;
  }

  /** A notification of the client. A cancelled stateless request is one whose connection is closed. */
  async #notify(message: Message): Promise<void> {
    const requestId = message.method === 'notifications/cancelled' ? (message.params?.requestId as Message['id']) : undefined;
    this.#cancels.get(requestId)?.abort();
    if (!this.#handshake.begun) return;
    const link = await this.#upstream.link();
    const opened = await this.#handshake.on(link);
    if (message.method === 'notifications/initialized') this.#listen(opened);
    await this.#post(opened, message);
  }

  /** The client's answer to something the daemon asked: of use only to the life that asked. */
  async #respond(message: Message): Promise<void> {
    const asked = this.#asked.get(String(message.id));
    this.#asked.delete(String(message.id));
    if (asked && asked.opened === this.#handshake.opened) await this.#post(asked.opened, { ...message, id: asked.id ?? null });
  }

  async #post(opened: Opened, message: Message): Promise<void> {
    const reply = await send(opened.link, { method: 'POST', headers: sessionHeaders(opened), body: JSON.stringify(message) });
    for await (const _ of reply.messages);
  }

  /** What the daemon says by itself: notifications as they are, requests under a name of ours. */
  #pass(message: Message, opened: Opened | undefined): void {
    if (message.id === undefined || message.id === null || !opened) {
      this.#write(message);
      return;
    }
    const name = `executor-${++this.#askedCount}`;
    this.#asked.set(name, { opened, id: message.id });
    this.#write({ ...message, id: name });
  }

  /** Keeps the stream open on which a session's daemon speaks by itself. */
  #listen(opened: Opened): void {
    if (this.#listening === opened || opened.sessionId === undefined) return;
    this.#listening = opened;
    void this.#hear(opened);
  }

  async #hear(opened: Opened): Promise<void> {
    const { signal } = this.#gone;
    let last: string | undefined;
    while (!signal.aborted && this.#listening === opened) {
      try {
        const headers = { ...sessionHeaders(opened), ...(last !== undefined && { 'last-event-id': last }) };
        const reply = await send(opened.link, { method: 'GET', headers, signal });
        if (reply.status === 404) return this.#renew(opened);
        if (reply.status !== 200) return;
        for await (const { message, eventId } of reply.messages) {
          last = eventId ?? last;
          this.#pass(message, opened);
        }
      } catch {
        // The stream broke; whether the daemon still is there shows below.
      }
      await this.#upstream.back(opened.link, signal);
    }
  }

  /** The daemon has started anew behind the same address: begin a new session there, so that the client hears of changes. */
  async #renew(opened: Opened): Promise<void> {
    this.#handshake.forget(opened);
    try {
      this.#listen(await this.#handshake.on(await this.#upstream.link()));
    } catch {
      // The next request tries again and says what is wrong.
    }
  }

  #answerFailure(message: Message, why: string, delivered: boolean): void {
    const text =
      delivered && message.method === 'tools/call'
        ? `The connection to the executor daemon was lost while this was under way (${why}). It may have run. Before trying again look at ` +
          '`executor executions` and `executor pending`, or the executions page of the UI.'
        : `The executor daemon cannot be reached: ${why}. Nothing was run. \`executor daemon status\` and \`executor doctor\` tell more.`;
    this.#log(text);
    const id = message.id ?? null;
    const failed = { status: 'failed', error: { code: 'internal', message: text } };
    this.#write(
      message.method === 'tools/call'
        ? { jsonrpc: '2.0', id, result: { isError: true, structuredContent: failed, content: [{ type: 'text', text }] } }
        : { jsonrpc: '2.0', id, error: { code: -32000, message: text } },
    );
  }
}
