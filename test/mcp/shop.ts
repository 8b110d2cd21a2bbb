import { setTimeout as delay } from 'node:timers/promises';
import { type Ending, recordUpstream } from '../upstream-recorder.ts';

const delayMs = { name: 'delayMs', in: 'query', schema: { type: 'integer' } };
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const answers = (schema: unknown) => ({ '200': { description: 'OK', ...json(schema) } });
const book = { type: 'object', properties: { id: { type: 'integer' }, title: { type: 'string' } } };
const order = { type: 'object', required: ['book'], properties: { book: { type: 'integer' } } };

/** The description of a small shop: a read, a write, and a report that is too large to show. */
const description = (url: string) => ({
  openapi: '3.1.0',
  info: { title: 'Bookshop', version: '1' },
  servers: [{ url }],
  paths: {
    '/books': {
      get: {
        operationId: 'books.list',
        tags: ['books'],
        summary: 'List the books',
        parameters: [delayMs],
        responses: answers({ type: 'array', items: book }),
      },
    },
    '/orders': {
      post: {
        operationId: 'orders.create',
        tags: ['orders'],
        summary: 'Create an order',
        parameters: [delayMs],
        requestBody: { required: true, ...json(order) },
        responses: answers({ type: 'object' }),
      },
    },
    '/reports': {
      get: { operationId: 'reports.get', tags: ['reports'], summary: 'The yearly report', responses: answers({ type: 'object' }) },
    },
  },
});

/** A shop over real HTTP, which records what reaches it and is as slow as `delayMs` asks. */
export async function shop(t: Ending) {
  const upstream = await recordUpstream(t, async ({ path, query, text }, res) => {
    await delay(Number(query.get('delayMs') ?? 0));
    const answer = () => {
      if (path === '/orders') return { id: upstream.count('POST /orders'), ...(JSON.parse(text) as object) };
      return path === '/reports' ? { text: 'é'.repeat(100_000) } : [{ id: 1, title: 'Dune' }];
    };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(answer()));
  });
  return { ...upstream, source: { spec: description(upstream.origin), namespace: 'shop', allowPrivate: true } };
}
