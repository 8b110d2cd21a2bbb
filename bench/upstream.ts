import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../test/upstream-recorder.ts';

/** A small API in a process of its own, so that it takes no time from who measures. */
export async function forkUpstream(t: Ending): Promise<string> {
  const child = fork(fileURLToPath(import.meta.url), { env: { ...process.env, SERVE_UPSTREAM: '1' } });
  t.after(() => child.kill());
  const [origin] = await once(child, 'message');
  return origin as string;
}

const items = JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, title: `Book ${id}`, price: id * 1.5 })) });

if (process.env.SERVE_UPSTREAM) {
  process.once('disconnect', () => process.exit());
  const server = createServer((_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end(items));
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

/** Its one operation, as OpenAPI. */
export const description = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Books', version: '1' },
  servers: [{ url: origin }],
  paths: {
    '/books': {
      get: {
        operationId: 'list',
        tags: ['books'],
        summary: 'List books',
        parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
        responses: { 200: { description: 'OK', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  },
});
