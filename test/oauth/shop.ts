import type { Arrived } from '../upstream-recorder.ts';

const ok = { responses: { 200: { description: 'OK', content: { 'application/json': { schema: {} } } } } };

export interface ShopOptions {
  origin: string;
  schemes: Record<string, unknown>;
  security?: unknown[];
}

/** An API of one read, one write and one operation that is open to all, under whatever security a test wants. */
export const shopDocument = ({ origin, schemes, security }: ShopOptions) => ({
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  servers: [{ url: origin }],
  ...(security && { security }),
  components: { securitySchemes: schemes },
  paths: {
    '/orders': {
      get: { operationId: 'orders_list', tags: ['orders'], ...ok },
      post: {
        operationId: 'orders_create',
        tags: ['orders'],
        requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { book: { type: 'string' } } } } } },
        ...ok,
      },
    },
    '/ping': { get: { operationId: 'ping', tags: ['open'], security: [], ...ok } },
    '/me': { get: { operationId: 'me', tags: ['account'], ...ok } },
  },
});

/** What of a request carries a credential. */
export const credentialOf = ({ headers, query }: Arrived) => ({
  authorization: headers.authorization,
  cookie: headers.cookie,
  key: headers['x-key'],
  second: headers['x-second'],
  query: query.get('api_key') ?? undefined,
});
