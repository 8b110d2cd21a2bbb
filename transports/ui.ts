import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What every answer of the UI carries. */
function protect(res: ServerResponse): void {
  res.setHeader('content-security-policy', POLICY);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('x-frame-options', 'DENY');
  res.setHeader('cross-origin-opener-policy', 'same-origin');
}

type Handler = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

/**
 * Serves the built UI; every path without a file is a page of its router.
 *
 * @param directory where `npm run build` put it
 * @param prefix the path under which a proxy shows the daemon, such as `/executor`; empty at the root of a host
 */
export function serveUi(directory: string, prefix = ''): Handler {
  const files = sirv(directory, {
    single: prefix === '',
    gzip: true,
    etag: true,
    setHeaders(res, path) {
      protect(res);
      const isHashed = /-[A-Z0-9]{8}\.\w+$/.test(path);
      res.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  if (prefix === '') return files;
  const page = readFileSync(join(directory, 'index.html'), 'utf8').replaceAll('"/assets/', `"${prefix}/assets/`);
  return (req, res, next) => {
    if (req.url?.startsWith('/assets/')) return files(req, res, next);
    protect(res);
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    res.end(req.method === 'HEAD' ? undefined : page);
  };
}
