import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something that runs what is left to do when a test, or a file of tests, has ended. */
export interface Ending {
  after(fn: () => unknown): void;
}

/** What is registered last ends first: a client before the daemon it would start again, a daemon before its directory. */
export function lastFirst(t: Ending): Ending {
  const endings: (() => unknown)[] = [];
  t.after(async () => {
    for (const end of endings.reverse()) await end();
  });
  return { after: end => void endings.push(end) };
}

/** A request that reached the upstream. */
export interface Arrived {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Recorder {
  origin: string;
  arrived: Arrived[];
  /** How often a request such as `POST /orders` has reached it. */
  count(route: string): number;
  close(): Promise<void>;
}

/** An HTTP server on loopback that writes down what reaches it, before it answers. */
export async function recordUpstream(t: Ending, answer: (request: Arrived, res: ServerResponse) => unknown): Promise<Recorder> {
  const arrived: Arrived[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const url = new URL(req.url ?? '/', 'http://upstream');
    const request = {
      method: req.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
      text: Buffer.concat(chunks).toString(),
    };
    arrived.push(request);
    await answer(request, res);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  t.after(close);
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    count: route => arrived.filter(({ method, path }) => `${method} ${path}` === route).length,
    close,
  };
}

/** Answers with JSON. */
export function answerJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
