import type { ServerResponse } from 'node:http';
import { type Fault, toFault } from '../../machines/schema/fault.ts';
import { STATUS } from './status.ts';

/** Answers with JSON. Nothing of the API may be cached or read as another type. */
export function reply(res: ServerResponse, status: number, body: unknown): void {
  replyText(res, status, JSON.stringify(body));
}

/** Answers with a text that is JSON already. */
export function replyText(res: ServerResponse, status: number, json: string): void {
  if (res.headersSent) return;
  res.writeHead(status, {
    ...retryAfterOf(status, json),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(json);
}

/** Who is told that it was too much is told when to come again (RFC 9110, section 10.2.3). */
function retryAfterOf(status: number, json: string): Record<string, string> {
  if (status !== 429) return {};
  const seconds = (JSON.parse(json) as { error?: { details?: { retryAfter?: number } } }).error?.details?.retryAfter;
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

/** Answers with what went wrong. `status` overrides the code's own, for what the closed list has no code for. */
export function replyFault(res: ServerResponse, error: unknown, status?: number): void {
  const fault: Fault = toFault(error);
  reply(res, status ?? STATUS[fault.code], { error: fault });
}
