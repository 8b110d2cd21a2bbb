const text = { type: 'string' };
const body = {
  required: true,
  content: {
    'application/json': {
      schema: { type: 'object', required: ['marker'], properties: { marker: text, amount: { type: 'integer' }, text } },
    },
  },
};
const responses = { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } };

/** A small API: one read, a write that asks, a write that is allowed, a destructive one. Each edition changes the definitions. */
export function describeApi(namespace: string, origin: string, edition: number) {
  const operation = (operationId: string, rest: object) => ({
    operationId,
    tags: ['items'],
    summary: `${operationId}, edition ${edition}`,
    responses,
    ...rest,
  });
  const marker = { name: 'marker', required: true, schema: text };
  return {
    openapi: '3.0.3',
    info: { title: namespace, version: String(edition) },
    servers: [{ url: `${origin}/${namespace}` }],
    paths: {
      '/items': {
        get: operation('list', { parameters: [{ ...marker, in: 'query' }] }),
        post: operation('create', { requestBody: body }),
      },
      '/notes': { post: operation('note', { requestBody: body }) },
      '/items/{marker}': { delete: operation('remove', { parameters: [{ ...marker, in: 'path' }] }) },
    },
  };
}
