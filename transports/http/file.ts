import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with a generated text, or with 304 when the client has it already (RFC 9110, section 13.1.2). */
export function replyFile(
  req: IncomingMessage,
  res: ServerResponse,
  { text, etag, type }: { text: string; etag: string; type: string },
): void {
  const headers = { etag, 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' };
  const known = (req.headers['if-none-match'] ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) {
    res.writeHead(304, headers).end();
    return;
  }
  const bytes = Buffer.from(text);
  res.writeHead(200, { ...headers, 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length });
  res.end(bytes);
}
