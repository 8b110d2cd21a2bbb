import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Link } from './upstream.ts';

const plain = { request: http.request, agent: new http.Agent({ keepAlive: true }) };
const secure = { request: https.request, agent: new https.Agent({ keepAlive: true }) };

/** A JSON-RPC message as it passes through: read only as far as its routing needs. */
export interface Message {
  jsonrpc?: string;
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown> & { _meta?: Record<string, unknown> };
  result?: unknown;
  error?: { code: number; message: string };
}

/** The daemon did not answer. `delivered` is false only when it certainly saw nothing of the request. */
export class Unanswered extends Error {
  readonly delivered: boolean;

  constructor(message: string, delivered: boolean, options?: ErrorOptions) {
    super(message, options);
    this.delivered = delivered;
  }
}

/** The beginning of an answer; the messages come as they arrive, one for plain JSON, any number for a stream. */
export interface Reply {
  status: number;
  sessionId: string | undefined;
  messages: AsyncGenerator<{ message: Message; eventId: string | undefined }>;
}

/** One HTTP request to the daemon's `/mcp`. Rejects with `Unanswered`, and `messages` too, when the connection breaks. */
export function send(
  link: Link,
  options: { method: 'GET' | 'POST' | 'DELETE'; headers: Record<string, string>; body?: string; signal?: AbortSignal },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { request, agent } = link.url.startsWith('https:') ? secure : plain;
    const req = request(`${link.url}/mcp`, {
      agent,
      method: options.method,
      headers: {
        accept: options.method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
        ...(options.body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(options.body) }),
        ...(link.token !== undefined && { authorization: `Bearer ${link.token}` }),
        ...options.headers,
      },
      ...(options.signal && { signal: options.signal }),
    });
    let connected = false;
    req.on('socket', socket => {
      connected = !socket.connecting;
      socket.once('connect', () => {
        connected = true;
      });
    });
    req.on('error', cause => reject(new Unanswered(cause.message, connected, { cause })));
    req.on('response', res => {
      const sessionId = res.headers['mcp-session-id'];
      resolve({
        status: res.statusCode ?? 0,
        sessionId: typeof sessionId === 'string' ? sessionId : undefined,
        messages: String(res.headers['content-type']).startsWith('text/event-stream') ? events(res) : whole(res),
      });
    });
    req.end(options.body);
  });
}

async function* whole(res: IncomingMessage): Reply['messages'] {
  let text = '';
  for await (const chunk of chunks(res)) text += chunk;
  if (text.trim() === '') return;
  const body = parse(text);
  for (const item of Array.isArray(body) ? body : [body]) yield { message: asMessage(item, res.statusCode), eventId: undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the doors before `/mcp` say is no JSON-RPC; the client must get nothing else. */
function asMessage(item: unknown, status: number | undefined): Message {
  if (typeof item === 'object' && item !== null && (item as Message).jsonrpc === '2.0') return item as Message;
  const said = (item as { error?: { message?: unknown } } | null)?.error?.message;
  const message = `the daemon answered with status ${status}${typeof said === 'string' ? `: ${said}` : ''}`;
  return { jsonrpc: '2.0', id: null, error: { code: -32000, message } };
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
async function* events(res: IncomingMessage): Reply['messages'] {
  let rest = '';
  for await (const chunk of chunks(res)) {
    rest += chunk;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      let data = '';
      let eventId: string | undefined;
      for (const line of block.split(/\r?\n/)) {
        if (line.startsWith('data:')) data += line.slice(5).trimStart();
        else if (line.startsWith('id:')) eventId = line.slice(3).trim();
      }
      if (data !== '') yield { message: JSON.parse(data) as Message, eventId };
    }
  }
}

async function* chunks(res: IncomingMessage): AsyncGenerator<string> {
  res.setEncoding('utf8');
  try {
    for await (const chunk of res) yield chunk as string;
  } catch (cause) {
    throw new Unanswered('the connection broke in the middle of an answer', true, { cause });
  }
}
