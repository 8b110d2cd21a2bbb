import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Generator, heyApi, openapiTypescript, strangersClient } from '../strangers/clients.ts';
import { openWarehouse } from './warehouse.ts';

/** A program each, of the same shape: what their users would write after reading their README. */
const OPENAPI_FETCH = `
import createClient from 'openapi-fetch';
import type { paths } from './schema';
const open = (baseUrl: string, token: string) => createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
export async function list(url: string, token: string) {
  const { data, response } = await open(url, token).POST('/api/tools/invoke/w.items.list', { body: { limit: 3 } });
  return { status: response.status, said: data && 'data' in data ? data.data : data?.error.code };
}
export async function create(url: string, token: string, name: string) {
  const { data, response } = await open(url, token).POST('/api/tools/invoke/w.items.create', {
    params: { header: { 'Idempotency-Key': name }, query: { wait: 60 } },
    body: { name, amount: 2 },
  });
  if (data && 'data' in data) return { status: response.status, said: data.data, executionId: data.executionId };
  const { error } = data!;
  return { status: response.status, said: error.code, executionId: 'approvalUrl' in error ? error.executionId : undefined };
}
export async function fail(url: string, token: string) {
  const { data } = await open(url, token).POST('/api/tools/invoke/w.faults.broken', { body: {} });
  return data && !('data' in data) ? data.error.code : undefined;
}
export async function refuse(url: string, token: string) {
  // @ts-expect-error the name is missing
  const { error, response } = await open(url, token).POST('/api/tools/invoke/w.items.create', { body: { amount: 2 } });
  return { status: response.status, said: error?.error.code };
}
`;

const HEY_API = `
import { createClient } from './generated/client';
import { wFaultsBroken, wItemsCreate, wItemsList } from './generated';
const open = (baseUrl: string, token: string) => createClient({ baseUrl, auth: () => token });
export async function list(url: string, token: string) {
  const { data, response } = await wItemsList({ client: open(url, token), body: { limit: 3 } });
  return { status: response?.status, said: data && 'data' in data ? data.data : data?.error.code };
}
export async function create(url: string, token: string, name: string) {
  const { data, response } = await wItemsCreate({
    client: open(url, token),
    headers: { 'Idempotency-Key': name },
    query: { wait: 60 },
    body: { name, amount: 2 },
  });
  if (data && 'data' in data) return { status: response?.status, said: data.data, executionId: data.executionId };
  const { error } = data!;
  return { status: response?.status, said: error.code, executionId: 'approvalUrl' in error ? error.executionId : undefined };
}
export async function fail(url: string, token: string) {
  const { data } = await wFaultsBroken({ client: open(url, token) });
  return data && !('data' in data) ? data.error.code : undefined;
}
export async function refuse(url: string, token: string) {
  // @ts-expect-error the name is missing
  const { error, response } = await wItemsCreate({ client: open(url, token), body: { amount: 2 } });
  return { status: response?.status, said: error?.error.code };
}
`;

async function works(t: TestContext, generate: Generator, program: string): Promise<void> {
  const { owner, url, token } = await openWarehouse(t);
  const { text } = await owner.get('/api/tools/export/openapi');
  const { list, create, fail, refuse } = await strangersClient(t, text, generate, program);
  assert.deepEqual(await list(url, token), { status: 200, said: [{ name: 'bolt' }] });
  const paused = await create(url, token, 'nut');
  assert.deepEqual([paused.status, paused.said], [202, 'execution_paused']);
  await owner.resume(paused.executionId);
  const resumed = await create(url, token, 'nut');
  assert.deepEqual([resumed.status, resumed.said.name, resumed.executionId], [200, 'nut', paused.executionId]);
  assert.equal(await fail(url, token), 'upstream_http_error');
  assert.deepEqual(await refuse(url, token), { status: 400, said: 'invalid_arguments' });
}

test('a client made by openapi-typescript calls through openapi-fetch: data, a pause that is resumed, a failure, a refusal', t =>
  works(t, openapiTypescript, OPENAPI_FETCH));

test('a client made by @hey-api/openapi-ts calls: data, a pause that is resumed, a failure, a refusal', t => works(t, heyApi, HEY_API));
