import { once } from 'node:events';
import { connect } from 'node:net';

/** One request after the other over one connection; resolves with the body of the answer. */
export interface KeptAlive {
  post(path: string, body: string, headers?: Record<string, string>): Promise<string>;
  end(): void;
}

/**
 * A client that takes a tenth of what `fetch` takes: who measures and who is measured share the processors, and it is the server that is to
 * be measured. It understands answers of a known length, and no more of HTTP than that.
 */
export async function keepAlive(url: string): Promise<KeptAlive> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let received: Buffer = Buffer.alloc(0);
  let settle: { resolve(body: string): void; reject(error: Error): void } | undefined;
  const fail = (why: string) => settle?.reject(new Error(why));
  socket.on('error', error => fail(error.message));
  socket.on('close', () => fail('the server closed the connection'));
  socket.on('data', chunk => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const [, length] = /content-length: (\d+)/i.exec(received.toString('latin1', 0, head)) ?? [];
    if (length === undefined) return fail(`an answer of unknown length: ${received.toString('utf8', 0, 500)}`);
    const end = head + 4 + Number(length);
    if (received.length < end) return;
    const body = received.toString('utf8', head + 4, end);
    received = received.subarray(end);
    settle?.resolve(body);
  });
  return {
    post: (path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        const all = {
          host: `${hostname}:${port}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
          'content-length': String(Buffer.byteLength(body)),
        };
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
      }),
    end: () => socket.destroy(),
  };
}
