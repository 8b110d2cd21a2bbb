import type { ServerResponse } from 'node:http';

/** Answers with a JSON-RPC error: what clients read when HTTP itself says no. */
export function refuse(
  res: ServerResponse,
  status: number,
  code: number,
  message: string,
  options?: { id?: string | number | null; data?: unknown },
) {
  if (res.headersSent || res.destroyed) return;
  const error = { code, message, ...(options?.data !== undefined && { data: options.data }) };
  const body = JSON.stringify({ jsonrpc: '2.0', error, id: options?.id ?? null });
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(!res.req.complete && { connection: 'close' }),
  });
  res.end(body);
}

/** The id to echo: the body's, when it is one request. */
export function idOf(body: unknown): string | number | null {
  if (typeof body !== 'object' || body === null) return null;
  const { id, method } = body as { id?: unknown; method?: unknown };
  return typeof method === 'string' && (typeof id === 'string' || typeof id === 'number') ? id : null;
}
