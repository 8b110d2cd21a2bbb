import assert from 'node:assert/strict';
import { envelope, post, request } from './raw.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at, not typed
export type Wire = any;

/** What the client's user says to a question. */
export type Elicited = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, unknown> };

export interface Manner {
  name: string;
  version: '2025-03-26' | '2025-06-18' | '2025-11-25';
  capabilities?: Record<string, unknown>;
  /** Asks for progress with every call. */
  progress?: boolean;
  token?: string;
  /** `/mcp` unless told. */
  path?: string;
}

/** The daemon does not know the session any more. */
export class Gone extends Error {}

/** One session of a 2025 revision, message by message, as a client's transport speaks it. */
export class ScriptedSession {
  readonly #url: string;
  readonly #manner: Manner;
  readonly headers: Record<string, string>;
  #id = 0;

  private constructor(url: string, manner: Manner, headers: Record<string, string>) {
    this.#url = url;
    this.#manner = manner;
    this.headers = headers;
  }

  static async open(url: string, manner: Manner): Promise<ScriptedSession> {
    const { name, version, capabilities = {}, token, path } = manner;
    const own: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const params = { protocolVersion: version, capabilities, clientInfo: { name, version: '1' } };
    const reply = await post(url, request(0, 'initialize', params), own, path);
    assert.equal(reply.status, 200);
    await reply.text();
    const id = reply.headers.get('mcp-session-id')!;
    const session = new ScriptedSession(url, manner, { ...own, 'mcp-session-id': id, 'mcp-protocol-version': version });
    await (await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session.headers, path)).text();
    return session;
  }

  get #address(): string {
    return this.#url + (this.#manner.path ?? '/mcp');
  }

  /** The same session, at another address. */
  at(url: string): ScriptedSession {
    const session = new ScriptedSession(url, this.#manner, this.headers);
    session.#id = this.#id;
    return session;
  }

  /** `tools/call`; questions that come before the answer are put to `user`. @throws Gone */
  async call(name: string, args: Record<string, unknown>, user?: (question: Wire) => Elicited): Promise<Wire> {
    const meta = this.#manner.progress ? { _meta: { progressToken: `p${this.#id + 1}` } } : {};
    return (await this.ask('tools/call', { name, arguments: args, ...meta }, user)).structuredContent;
  }

  async ask(method: string, params: Record<string, unknown> = {}, user?: (question: Wire) => Elicited): Promise<Wire> {
    const id = ++this.#id;
    const reply = await post(this.#url, request(id, method, params), this.headers, this.#manner.path);
    if (reply.status === 404) throw new Gone();
    for await (const message of messagesOf(reply)) {
      if (message.method === undefined && message.id === id) {
        assert.ok(message.result, JSON.stringify(message));
        return message.result;
      }
      if (message.method === 'elicitation/create') {
        assert.ok(user, 'it was asked though it cannot be');
        const said = { jsonrpc: '2.0', id: message.id, result: user(message.params) };
        await (await post(this.#url, said, this.headers, this.#manner.path)).text();
      }
    }
    throw new Error(`no answer to ${method}: ${reply.status}`);
  }

  /** Sends a request and hangs up before it is answered. */
  async cutOff(method: string, params: Record<string, unknown>): Promise<void> {
    const cut = new AbortController();
    const body = JSON.stringify(request(++this.#id, method, params));
    const headers = { ...this.headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const under = fetch(this.#address, { method: 'POST', headers, body, signal: cut.signal });
    // Another request is answered meanwhile: the first has had its time to arrive.
    await this.ask('ping');
    cut.abort();
    await under.then(
      reply => reply.text().catch(() => ''),
      () => '',
    );
  }

  /** The stream for what the server says by itself, which is read by nobody. */
  async listen(): Promise<() => void> {
    const closed = new AbortController();
    const headers = { ...this.headers, accept: 'text/event-stream' };
    assert.equal((await fetch(this.#address, { headers, signal: closed.signal })).status, 200);
    return () => closed.abort();
  }

  async end(): Promise<void> {
    await (await fetch(this.#address, { method: 'DELETE', headers: this.headers })).text();
  }
}

/** One stateless `tools/call` of 2026-07-28; the whole result, which may be a question. */
export async function statelessCall(
  url: string,
  name: string,
  args: Record<string, unknown>,
  { able = {}, more = {}, token }: { able?: Record<string, unknown>; more?: Record<string, unknown>; token?: string } = {},
): Promise<Wire> {
  const meta = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': able };
  const own: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...own, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
  const reply = await post(url, request(1, 'tools/call', { name, arguments: args, ...more, _meta: meta }), headers);
  for await (const message of messagesOf(reply)) {
    if (message.id !== 1) continue;
    assert.ok(message.result, JSON.stringify(message));
    return message.result;
  }
  throw new Error(`no answer: ${reply.status}`);
}

async function* messagesOf(reply: Response): AsyncGenerator<Wire> {
  if (!reply.headers.get('content-type')?.startsWith('text/event-stream')) {
    yield JSON.parse(await reply.text());
    return;
  }
  let rest = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).trim())
        .join('');
      if (data !== '') yield JSON.parse(data);
    }
  }
}
