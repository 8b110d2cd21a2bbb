import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Ending } from '../upstream-recorder.ts';

/** A line that can be cut: `cut` breaks all connections there are; new ones are let through. */
export async function cuttable(t: Ending, target: string): Promise<{ url: string; cut(): void }> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer(socket => {
    const onward = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return { url: await listening(t, server, cut), cut };
}

/** A proxy that hands a response on when it is complete, and not before. */
export async function buffering(t: Ending, target: string): Promise<string> {
  const server = createHttpServer((req, res) => {
    const onward = request(new URL(req.url ?? '/', target), {
      method: req.method,
      headers: { ...req.headers, host: new URL(target).host },
    });
    onward.on('response', async reply => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of reply) chunks.push(chunk as Buffer);
      } catch {
        res.destroy();
        return;
      }
      const { 'transfer-encoding': _, ...headers } = reply.headers;
      res.writeHead(reply.statusCode ?? 502, headers).end(Buffer.concat(chunks));
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });
  return listening(t, server, () => server.closeAllConnections());
}

async function listening(t: Ending, server: Server, end: () => void): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    end();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
