import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answerJson, lastFirst, recordUpstream } from '../upstream-recorder.ts';
import { openRig, type Rig, ready, skip } from './rig.ts';

const t = lastFirst({ after });
let rig: Rig;

const string = { type: 'string' };
const order = { type: 'object', properties: { state: string, address: string, note: string } };
const body = { requestBody: { content: { 'application/json': { schema: order } } } };
const responses = { 200: { description: 'OK' } };

/** An API whose orders can be read where they are changed. */
const spec = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Depot', version: '1' },
  servers: [{ url: origin }],
  paths: {
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: string }],
      get: { tags: ['orders'], operationId: 'get', responses },
      patch: { tags: ['orders'], operationId: 'change', ...body, responses },
    },
  },
});

before(async () => {
  if (skip) return;
  const depot = await recordUpstream(t, (_request, res) =>
    answerJson(res, 200, { id: '7', state: 'packed', address: '1 Old Street', note: 'ring twice' }),
  );
  rig = await openRig();
  t.after(() => rig.close());
  await rig.daemon.api('POST', '/api/sources', { spec: spec(depot.origin), namespace: 'depot', allowPrivate: true });
  await ready(rig.daemon, 'depot');
});

const change = async (input: object) =>
  (await rig.daemon.api<{ error: { executionId: string } }>('POST', '/api/tools/invoke/depot.orders.change', input)).error.executionId;

test('an update shows what it changes of what is there, and the suggested rule lets the next one like it run', { skip }, async () => {
  const id = await change({ id: '7', state: 'sent', note: 'ring twice' });
  const { page, problems } = await rig.signedIn(`/resume/${id}`);
  const request = page.getByRole('article');
  await request.getByRole('heading', { name: 'What it changes' }).waitFor();
  const changes = await request.locator('.changes li').all();
  assert.equal(changes.length, 1, 'what stays as it is is no change');
  assert.match((await changes[0]!.textContent()) ?? '', /state.*packed.*sent/s);

  await request.getByText('A narrower rule instead').click();
  await request.getByText('depot.orders.change', { exact: true }).last().waitFor();
  await request.getByText(/^It covers 1 tool/).waitFor();
  await request.getByRole('button', { name: 'Set this rule' }).click();
  await request.getByRole('button', { name: 'Rule set' }).waitFor();
  await request.getByRole('button', { name: /^Approve/ }).click();
  await page.getByRole('heading', { name: 'Nothing left to answer' }).waitFor();
  assert.equal((await rig.settled(id)).state, 'done');

  const again = await rig.daemon.api<{ ok: boolean }>('POST', '/api/tools/invoke/depot.orders.change', {
    id: '7',
    state: 'sent',
    note: 'ring twice',
  });
  assert.equal(again.ok, true, 'the same once more runs');
  const other = await change({ id: '8', state: 'sent' });
  assert.ok(other, 'another order still asks');
  assert.deepEqual(problems, []);
});
