import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type ServeOptions, type Serving, serve } from '../../transports/serve.ts';
import { type Api, openApi } from '../api.ts';
import { answerJson, type Ending, type Recorder, recordUpstream } from '../upstream-recorder.ts';

const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const ok = { 200: { description: 'OK', ...json({}) } };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const item = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: { type: 'string' }, amount: { type: 'integer', minimum: 1 } },
};
const operation = (operationId: string, summary: string, rest: object = {}) => ({
  operationId,
  tags: [operationId.split('/')[0]],
  summary,
  responses: ok,
  ...rest,
});

/** An API with one operation for each thing an upstream may do to a caller. */
export const description = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Warehouse', version: '1' },
  servers: [{ url: origin }],
  paths: {
    '/items': {
      get: operation('items/list', 'List the items in stock', {
        parameters: [
          { name: 'q', in: 'query', schema: { type: 'string' } },
          { name: 'limit', in: 'query', schema: { type: 'integer' } },
        ],
      }),
      post: operation('items/create', 'Create an item', { requestBody: { required: true, ...json(item) } }),
    },
    '/items/{id}': {
      get: operation('items/get', 'Get one item', { parameters: [id] }),
      delete: operation('items/delete', 'Delete an item', { parameters: [id] }),
    },
    '/broken': { get: operation('faults/broken', 'Always fails') },
    '/held': { get: operation('faults/held', 'Takes its time'), post: operation('faults/hold', 'Takes its time to write') },
    '/dropped': { get: operation('faults/dropped', 'Hangs up'), post: operation('faults/drop', 'Hangs up on a write') },
    '/large': { get: operation('faults/large', 'Says much') },
  },
});

/** 300,000 characters of JSON: more than a view holds. */
export const LARGE = { text: 'é'.repeat(150_000), end: 'here' };

export interface Warehouse {
  serving: Serving;
  url: string;
  token: string;
  dataDir: string;
  owner: Api;
  upstream: Recorder;
  /** Lets the requests to `/held` be answered, also those that come later. */
  release(): void;
  /** Resolves when a request to `/held` has arrived. */
  held: Promise<void>;
}

/** What the upstream does in the test that is under way. */
interface Play {
  isDown: boolean;
  arrive(): void;
  released: Promise<void>;
}

interface Furnished {
  dataDir: string;
  upstream: Recorder;
  play: Play;
}

/** A data directory with the warehouse indexed, for the tests of a file to copy: starting the indexer is most of what a source costs. */
let furnished: Promise<Furnished> | undefined;
const atEnd: (() => unknown)[] = [];
after(async () => {
  for (const end of atEnd) await end();
});

async function furnish(): Promise<Furnished> {
  const play: Play = { isDown: false, arrive: () => {}, released: Promise.resolve() };
  const upstream = await recordUpstream({ after: fn => void atEnd.unshift(fn) }, async ({ method, path, text }, res) => {
    if (path === '/dropped' || play.isDown) return res.destroy();
    if (path === '/openapi.json') return answerJson(res, 200, description(upstream.origin));
    if (path === '/broken') return answerJson(res, 500, { reason: 'out of paper' });
    if (path === '/large') return answerJson(res, 200, LARGE);
    if (path === '/held') {
      play.arrive();
      await play.released;
      return answerJson(res, 200, { after: 'all' });
    }
    if (method === 'POST') return answerJson(res, 201, { id: upstream.count('POST /items'), ...JSON.parse(text || '{}') });
    if (method === 'DELETE') return res.writeHead(204).end();
    answerJson(res, 200, path === '/items' ? [{ name: 'bolt' }] : { id: path.slice('/items/'.length) });
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-warehouse-'));
  atEnd.unshift(() => rmSync(dataDir, { recursive: true, force: true }));
  const serving = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });
  const owner = openApi(serving.url, serving.token);
  await owner.post('/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'w', allowPrivate: true });
  const { body } = await owner.get('/api/sources/w?wait=60');
  await serving.close();
  if (body.state !== 'ready') throw new Error(JSON.stringify(body));
  return { dataDir, upstream, play };
}

/** A daemon in this process with the warehouse as its one source, `w`, both over real HTTP. */
export async function openWarehouse(t: Ending, options: ServeOptions = {}): Promise<Warehouse> {
  furnished ??= furnish();
  const { dataDir: template, upstream, play } = await furnished;
  let release = () => {};
  const held = new Promise<void>(resolve => {
    play.arrive = resolve;
  });
  play.released = new Promise<void>(resolve => {
    release = resolve;
  });
  play.isDown = false;
  upstream.arrived.length = 0;
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-warehouse-'));
  cpSync(template, dataDir, { recursive: true });
  const serving = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false, ...options });
  t.after(async () => {
    release();
    await serving.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  const close = async () => {
    play.isDown = true;
  };
  const { url, token } = serving;
  return { serving, url, token, dataDir, owner: openApi(url, token), upstream: { ...upstream, close }, release: () => release(), held };
}

/** Starts a call that asks first, and gives the id of the execution that waits. */
export async function pause({ owner }: Pick<Warehouse, 'owner'>, input: object = { name: 'bolt' }): Promise<string> {
  const { status, body } = await owner.invoke('w.items.create', input);
  if (status !== 202) throw new Error(JSON.stringify(body));
  return body.error.executionId;
}
