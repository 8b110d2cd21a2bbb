import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Serving, serve } from '../../transports/serve.ts';
import { type Api, openApi } from '../api.ts';
import { type Arrived, answerJson, type Ending, type Recorder, recordUpstream } from '../upstream-recorder.ts';
import { shopDocument } from './shop.ts';

export interface Shop {
  serving: Serving;
  dataDir: string;
  owner: Api;
  upstream: Recorder;
  /** Closes the daemon and starts another on the same data directory, at the same port. */
  restart(): Promise<void>;
  /** Requests that reached the API itself, tokens and metadata left out. */
  calls(): Arrived[];
}

export interface ShopPlay {
  schemes: (origin: string) => Record<string, unknown>;
  security?: unknown[];
  /** Answers a request; false leaves it to the shop, which takes anything. */
  answer?: (request: Arrived, res: ServerResponse, origin: string) => unknown;
}

const atEnd: (() => unknown)[] = [];
after(async () => {
  for (const end of atEnd) await end();
});

/** One upstream for all tests of a file, and one indexed data directory for each security: starting the indexer is most of what a source costs. */
let play: ShopPlay['answer'];
let shared: Promise<Recorder> | undefined;
const templates = new Map<string, Promise<string>>();

function openUpstream(): Promise<Recorder> {
  shared ??= recordUpstream({ after: fn => void atEnd.unshift(fn) }, async (request, res) => {
    const { origin } = await shared!;
    if (await play?.(request, res, origin)) return;
    if (!res.headersSent && !res.destroyed) answerJson(res, 200, { path: request.path });
  });
  return shared;
}

async function furnish(origin: string, schemes: Record<string, unknown>, security: unknown[] | undefined): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-shop-'));
  atEnd.unshift(() => rmSync(dataDir, { recursive: true, force: true }));
  const serving = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });
  const owner = openApi(serving.url, serving.token);
  const spec = shopDocument({ origin, schemes, ...(security && { security }) });
  const added = await owner.post('/api/sources', { spec, namespace: 'shop', allowPrivate: true });
  assert.equal(added.status, 202, added.text);
  const { body } = await owner.get('/api/sources/shop?wait=60');
  assert.equal(body.state, 'ready', JSON.stringify(body.error));
  await owner.put('/api/policies', { pattern: 'shop.**', decision: 'allow' });
  await serving.close();
  return dataDir;
}

/** A daemon in this process with one source, `shop`, whose security and answers the test decides. */
export async function openShop(t: Ending, wanted: ShopPlay): Promise<Shop> {
  const upstream = await openUpstream();
  const schemes = wanted.schemes(upstream.origin);
  const key = JSON.stringify([schemes, wanted.security]);
  const template = templates.get(key) ?? furnish(upstream.origin, schemes, wanted.security);
  templates.set(key, template);
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-shop-'));
  cpSync(await template, dataDir, { recursive: true });
  play = wanted.answer;
  upstream.arrived.length = 0;
  let serving = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });
  const shop: Shop = {
    serving,
    dataDir,
    owner: openApi(serving.url, serving.token),
    upstream,
    calls: () => upstream.arrived.filter(({ path }) => /^\/(orders|ping|me)$/.test(path)),
    async restart() {
      const port = Number(new URL(serving.url).port);
      await serving.close();
      serving = await serve({ dataDir, host: '127.0.0.1', port, ui: false });
      shop.serving = serving;
      shop.owner = openApi(serving.url, serving.token);
    },
  };
  t.after(async () => {
    await serving.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  return shop;
}

/** What an execution has come to, once it is settled or waits. */
export const settled = async (shop: Shop, id: string) => (await shop.owner.get(`/api/executions/${id}?wait=20`)).body;
