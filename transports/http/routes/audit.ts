import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Polka } from 'polka';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { AuditFilter } from '../../../runtime/audit.ts';
import { limitOf } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const TEXTS = ['who', 'act', 'tool', 'source', 'outcome', 'target', 'since', 'until', 'q', 'cursor'] as const;

/** `/api/audit`: who did what, when, and by which rule. */
export function auditRoutes(app: Polka, http: Http): void {
  const { audit } = http.runtime;

  app.get('/api/audit', async (req, res) => {
    principalOf(req, http, 'read');
    const filter = filterOf(req.query);
    if (req.query.format === 'jsonl') return sendLines(res, audit.lines(filter));
    reply(res, 200, await audit.list(filter));
  });

  app.get('/api/audit/verify', async (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, await audit.verify());
  });
}

/** One entry a line, oldest first, as it comes: nothing of it is gathered. */
async function sendLines(res: ServerResponse, lines: AsyncIterable<string>): Promise<void> {
  res.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  for await (const line of lines) {
    if (res.destroyed) return;
    if (!res.write(`${line}\n`)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}

function filterOf(query: Record<string, string>): AuditFilter {
  const filter: AuditFilter = {};
  for (const name of TEXTS) if (query[name]) filter[name] = query[name];
  for (const name of ['since', 'until'] as const) if (filter[name] !== undefined) filter[name] = isoOf(filter[name], name);
  const limit = limitOf(query.limit);
  if (limit) filter.limit = limit;
  return filter;
}

function isoOf(text: string, name: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new FaultError('invalid_arguments', `${name}: "${text}" is no time; write it like 2026-01-31T12:00:00Z`);
  return new Date(time).toISOString();
}
