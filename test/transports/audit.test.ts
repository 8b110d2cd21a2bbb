import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Level } from 'level';
import { serve } from '../../transports/serve.ts';
import { openApi } from '../api.ts';
import { openWarehouse, pause } from './warehouse.ts';

test('every outcome, answer and act is one entry: who, what, by which rule, how long, how much', async t => {
  const house = await openWarehouse(t);
  const { owner } = house;
  const before = (await owner.get('/api/audit')).body.items.length;
  await owner.invoke('w.items.list');
  await owner.invoke('w.faults.broken');
  await owner.put('/api/policies', { pattern: 'w.items.get', decision: 'block' });
  await owner.invoke('w.items.get', { id: '1' });
  const id = await pause(house, { name: 'bolt', password: 'hunter22' } as never).catch(() => pause(house));
  await owner.post(`/api/executions/${id}/resume`, { action: 'decline', note: 'no' });
  await owner.invoke('w.faults.drop');
  const dropped = (await owner.get('/api/executions?state=pending')).body.items[0];
  await owner.resume(dropped.id);
  const { body } = await owner.get('/api/audit?limit=1000');
  const entries = body.items.slice(0, body.items.length - before).reverse();
  const said = entries.map((entry: Record<string, string>) => [entry.act, entry.outcome ?? '', entry.code ?? '', entry.decision ?? '']);
  assert.deepEqual(said, [
    ['call', 'done', '', 'allow'],
    ['call', 'failed', 'upstream_http_error', 'allow'],
    ['policy.set', '', '', ''],
    ['call', 'denied', 'tool_blocked', 'block'],
    ['answer', 'decline', '', ''],
    ['call', 'denied', 'approval_denied', 'ask'],
    ['answer', 'accept', '', ''],
    ['unknown', 'unknown', '', ''],
  ]);
  const [first] = entries;
  assert.deepEqual([first.who, first.tool, first.effect, first.rule, first.status], ['owner', 'w.items.list', 'read', 'default:read', 200]);
  assert.ok(first.ms >= 0 && first.bytes > 0);
  assert.match(first.from, /^http .*127\.0\.0\.1/);
  const found = async (query: string) => (await owner.get(`/api/audit?${query}`)).body.items.length;
  assert.deepEqual(
    [await found('outcome=tool_blocked'), await found('act=policy.set'), await found('tool=w.items.list&who=owner')],
    [1, 1, 1],
  );
  assert.equal(await found('who=nobody'), 0);
});

test('the record is exported line by line, and proves itself', async t => {
  const { owner } = await openWarehouse(t);
  for (let n = 0; n < 5; n++) await owner.invoke('w.items.list', { limit: n + 1 });
  const { body } = await owner.get('/api/audit/verify');
  assert.equal(body.ok, true, JSON.stringify(body));
  const lines = (await owner.get('/api/audit?format=jsonl')).text.trim().split('\n');
  assert.equal(lines.length, body.entries);
  assert.equal(JSON.parse(lines.at(-1)!).hash, body.head);
});

for (const [what, tamper] of [
  ['changed', (lines: Map<string, string>, key: string) => lines.set(key, lines.get(key)!.replace('"done"', '"gone"'))],
  ['removed', (lines: Map<string, string>, key: string) => lines.delete(key)],
] as const) {
  test(`an entry that was ${what} on disk is found`, async t => {
    const house = await openWarehouse(t);
    for (let n = 0; n < 4; n++) await house.owner.invoke('w.items.list');
    await house.serving.close();
    const db = new Level<string, string>(join(house.dataDir, 'db'));
    const audit = db.sublevel<string, string>('audit', { valueEncoding: 'utf8' });
    const lines = new Map(await audit.iterator().all());
    const key = [...lines].findLast(([, line]) => line.includes('"done"'))![0];
    tamper(lines, key);
    if (lines.has(key)) await audit.put(key, lines.get(key)!);
    else await audit.del(key);
    await db.close();
    const again = await serve({ dataDir: house.dataDir, host: '127.0.0.1', port: 0, ui: false });
    t.after(() => again.close());
    const { body } = await openApi(again.url, again.token).get('/api/audit/verify');
    assert.deepEqual([body.ok, body.problem.seq >= Number(key)], [false, true], JSON.stringify(body));
  });
}
