import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describeApi } from './document.ts';

/** How a request is treated; `kill-…` ends the daemon at that moment. */
export type Manner =
  | 'answer'
  | 'slow'
  | 'slow-commit'
  | 'refuse'
  | 'drop-before'
  | 'drop-after'
  | 'half-answer'
  | 'kill-before'
  | 'kill-after'
  | 'kill-midway';

/** A request that reached the upstream, as its own ledger has it. */
export interface Arrival {
  /** Unique, and part of the answer: so that a result shows which request it belongs to. */
  receipt: number;
  method: string;
  manner: Manner;
  sent: Record<string, unknown>;
  committed: boolean;
  /** The whole answer was handed to the socket. */
  answered: boolean;
}

/** The other side: it writes down what it commits, and behaves as badly as it is told to. */
export async function openUpstream() {
  const ledger = new Map<string, Arrival[]>();
  const manners = new Map<string, { manner: Manner; ms: number; bulk: number }>();
  const editions = new Map<string, number>();
  const open = new Set<Promise<void>>();
  let receipts = 0;
  let kill = () => {};

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const url = new URL(req.url!, 'http://upstream');
    const [, namespace = '', group = '', last] = url.pathname.split('/');
    if (group === 'openapi.json') {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(describeApi(namespace, `http://${req.headers.host}`, editions.get(namespace) ?? 1)));
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const sent = text ? (JSON.parse(text) as Record<string, unknown>) : { marker: last ?? url.searchParams.get('marker') };
    await treat(String(sent.marker), req.method!, sent, res);
  }

  async function treat(marker: string, method: string, sent: Record<string, unknown>, res: ServerResponse): Promise<void> {
    const before = ledger.get(marker) ?? [];
    const { manner, ms, bulk } = (before.length === 0 && manners.get(marker)) || { manner: 'answer' as const, ms: 0, bulk: 0 };
    const arrival: Arrival = { receipt: ++receipts, method, manner, sent, committed: false, answered: false };
    ledger.set(marker, [...before, arrival]);
    const commit = () => {
      arrival.committed = true;
    };
    const answer = (status: number, body: unknown) => {
      if (res.destroyed) return;
      arrival.answered = true;
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const good = { marker, receipt: arrival.receipt, ...(bulk > 0 && { bulk: 'x'.repeat(bulk) }) };
    if (manner === 'kill-before') kill();
    if (manner === 'drop-before' || manner === 'kill-before') {
      res.destroy();
      return;
    }
    if (manner === 'refuse') {
      answer(422, { marker, refused: true });
      return;
    }
    if (manner === 'slow-commit') await pause(ms);
    commit();
    if (manner === 'slow') await pause(ms);
    if (manner === 'kill-after') kill();
    if (manner === 'drop-after' || manner === 'kill-after') res.destroy();
    else if (manner === 'half-answer' || manner === 'kill-midway') {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
      res.write('{"marker":');
      if (manner === 'kill-midway') await pause(ms);
      if (manner === 'kill-midway') kill();
      res.destroy();
    } else answer(200, good);
  }

  const server = createServer((req, res) => {
    const served = serve(req, res).catch(() => {
      // A request that the killed daemon did not finish sending: it never arrived.
    });
    open.add(served);
    served.finally(() => open.delete(served));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Says how the first request with this marker is treated; later ones are simply answered. */
    expect: (marker: string, treatment: { manner: Manner; ms: number; bulk: number }) => manners.set(marker, treatment),
    arrivals: (marker: string): readonly Arrival[] => ledger.get(marker) ?? [],
    committed: (marker: string): boolean => (ledger.get(marker) ?? []).some(arrival => arrival.committed),
    /** Publishes another edition of a description: definitions change, so that approvals for the old ones no longer hold. */
    revise: (namespace: string) => editions.set(namespace, (editions.get(namespace) ?? 1) + 1),
    onKill(end: () => void) {
      kill = end;
    },
    /** Until nothing is being worked on. */
    async idle() {
      while (open.size > 0) await Promise.all(open);
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
export type Upstream = Awaited<ReturnType<typeof openUpstream>>;
