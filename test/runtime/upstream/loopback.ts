import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import net from 'node:net';
import type { TestContext } from 'node:test';
import type { FaultError } from '../../../machines/schema/fault.ts';
import type { UpstreamRequest } from '../../../runtime/kinds/kind.ts';
import { createUpstream, type SendOptions, type Upstream, type UpstreamOptions } from '../../../runtime/upstream.ts';

/** What reached a server: one entry for each request, and how many sockets were opened. */
export interface Loopback {
  readonly origin: string;
  readonly port: number;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  connections: number;
}

/** An HTTP server on a free port of 127.0.0.1 that writes down what it gets; it ends with the test. */
export async function serve(
  t: TestContext,
  listener: (req: IncomingMessage, res: ServerResponse, body: string) => void = answerOk,
): Promise<Loopback> {
  const record: RequestListener = (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', chunk => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      loopback.requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
      listener(req, res, body);
    });
  };
  const server = http.createServer(record);
  const loopback = await watch(t, server);
  t.after(() => server.closeAllConnections());
  return loopback;
}

/** A TCP server that answers with whatever bytes it is told to, once it has seen a request. */
export async function serveRaw(t: TestContext, onRequest: (socket: net.Socket) => void): Promise<Loopback> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}); // the other side drops the line: that is what these tests are about
    socket.on('data', () => onRequest(socket));
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return await watch(t, server);
}

async function watch(t: TestContext, server: net.Server): Promise<Loopback> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const loopback: Loopback = { origin: `http://127.0.0.1:${port}`, port, requests: [], connections: 0 };
  server.on('connection', () => loopback.connections++);
  t.after(() => server.close());
  return loopback;
}

/** A client that ends with the test. */
export function openUpstream(t: TestContext, options: Partial<UpstreamOptions> = {}): Upstream {
  const upstream = createUpstream({ userAgent: 'executor-test', ...options });
  t.after(() => upstream.close());
  return upstream;
}

export function get(url: string, headers: Record<string, string> = {}): UpstreamRequest {
  return { method: 'GET', url, headers };
}

export function post(url: string, body = '{"n":1}'): UpstreamRequest {
  return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
}

export const open: SendOptions = { allowPrivate: true, timeoutMs: 10_000, maxBytes: 1024 * 1024, onOverflow: 'fail' };
export const strict: SendOptions = { ...open, allowPrivate: false };

/** Awaits a failure and gives it; a success fails the test. */
export async function failure(attempt: Promise<unknown>): Promise<FaultError> {
  try {
    await attempt;
  } catch (error) {
    return error as FaultError;
  }
  throw new Error('expected a failure');
}

export function text(received: { body: Uint8Array }): string {
  return Buffer.from(received.body).toString('utf8');
}

function answerOk(_req: IncomingMessage, res: ServerResponse): void {
  res.end('ok');
}
