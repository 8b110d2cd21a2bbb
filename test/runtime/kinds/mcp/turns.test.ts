import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveReference } from '../../../conformance/reference/server.ts';
import { House } from './house.ts';

const CALLS = 12;

test('calls that wait for a session which takes one at a time all get their turn, and stop nobody else', async t => {
  const reference = await serveReference(0, '2025');
  t.after(() => reference.close());
  const house = new House();
  const runtime = await house.open();
  t.after(() => house.close());
  await runtime.sources.add({ namespace: 'ref', url: reference.url, allowPrivate: true });
  assert.equal((await runtime.sources.wait('ref')).state, 'ready');
  await house.allow('ref.**');
  const { owner } = runtime.principals;
  const begin = async (tool: string, input: Record<string, unknown> = {}) =>
    (await runtime.executions.invoke({ path: `ref.${tool}`, input, principal: owner })).id;
  const settles = async (id: string, state: string) => assert.equal((await runtime.executions.wait(id, owner)).state, state);
  const asking = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => begin('test_elicitation', { message: `${n}` })));
  const fill = async (id: string) => {
    await runtime.executions.resume(id, { action: 'accept', content: { username: 'ada', email: 'ada@example.org' } }, owner);
    await settles(id, 'done');
  };
  // The first ones are under way at the same time: from then on it is one after the other.
  const first = await asking(CALLS);
  await Promise.all(first.map(id => settles(id, 'paused')));

  const long = await begin('wait');
  const behind = await asking(CALLS);
  await fill(first[0]!);
  assert.equal(runtime.executions.get(behind[0]!, owner).state, 'running');
  await runtime.executions.cancel(long, owner);
  await Promise.all(behind.map(id => settles(id, 'paused')));
  await Promise.all([...first.slice(1), ...behind].map(fill));
});
