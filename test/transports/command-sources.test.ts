import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openApi } from '../api.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

const ODD = fileURLToPath(new URL('../fixtures/mcp/odd-server.mjs', import.meta.url));

async function arrange(t: Parameters<typeof openWarehouse>[0]) {
  const house = await openWarehouse(t);
  const diary = join(house.dataDir, 'diary');
  const command = { command: process.execPath, args: [ODD, 'well', diary] };
  const started = () => (existsSync(diary) ? readFileSync(diary, 'utf8').match(/^start /gm)!.length : 0);
  return { ...house, diary, command, started };
}

const tokenFor = async ({ owner, url }: Pick<Warehouse, 'owner' | 'url'>, role: string, more: object = {}) =>
  openApi(url, (await owner.post('/api/tokens', { name: role, role, ...more })).body.token);

test('nobody but the owner adds a command, changes one, or brings one in with a configuration; nothing is started', async t => {
  const { owner, url, command, started } = await arrange(t);
  await owner.post('/api/sources', { ...command, namespace: 'odd', env: { ODD_SECRET: 'hidden-value-of-env' } });
  const { body } = await owner.get('/api/sources/odd?wait=60');
  assert.deepEqual([body.state, body.command, body.args, body.env], ['ready', command.command, command.args, ['ODD_SECRET']]);
  const before = started();
  for (const [role, more] of [
    ['agent', {}],
    ['agent', { selfApprove: true }],
    ['approver', {}],
    ['viewer', {}],
  ] as const) {
    const api = await tokenFor({ owner, url }, role, more);
    const config = { version: 1, sources: { evil: { ...command, kind: 'mcp' } } };
    for (const { status, body } of [
      await api.post('/api/sources', { ...command, namespace: 'evil' }),
      await api.patch('/api/sources/odd', { env: { NODE_OPTIONS: '--require=/tmp/evil.js' } }),
      await api.patch('/api/sources/odd', { trusted: true }),
      await api.delete('/api/sources/odd'),
      await api.post('/api/config', config),
    ]) {
      assert.ok([403, 404].includes(status), `${role}: ${status} ${JSON.stringify(body)}`);
    }
    assert.doesNotMatch((await api.get('/api/sources/odd')).text, /hidden-value-of-env/, role);
  }
  assert.deepEqual(
    (await owner.get('/api/sources')).body.items.map(({ namespace }: { namespace: string }) => namespace),
    ['odd', 'w'],
  );
  assert.equal(started(), before);
});

test('through a tool the owner names variables by where their values are; who approves sees the names alone', async t => {
  const { owner, url, command } = await arrange(t);
  process.env.EXECUTOR_TEST_ODD = 'the-value-behind-the-reference';
  t.after(() => delete process.env.EXECUTOR_TEST_ODD);
  const add = (env: object, api = owner) => api.invoke('executor.mcp.addSource', { ...command, namespace: 'odd', env });
  const { status, body } = await add({ ODD_SECRET: 'env:EXECUTOR_TEST_ODD' });
  assert.equal(status, 202, JSON.stringify(body));
  const [{ request }] = body.error.interactions;
  assert.deepEqual(request.input.env, { ODD_SECRET: '••••••' });
  assert.doesNotMatch(JSON.stringify(request), /EXECUTOR_TEST_ODD|the-value-behind/);
  assert.equal((await owner.resume(body.error.executionId)).body.state, 'done');
  await owner.put('/api/policies', { pattern: 'odd.*', decision: 'allow' });
  const { structuredContent } = (await owner.invoke('odd.env')).body.data;
  assert.equal(structuredContent.secret, '[redacted]', 'the program has the value, and it is not shown');

  const plain = await add({ ODD_SECRET: 'a-value-itself' });
  assert.deepEqual([plain.status, plain.body.error.code], [400, 'invalid_arguments']);
  const agent = await tokenFor({ owner, url }, 'agent', { selfApprove: true });
  assert.equal((await add({ ODD_SECRET: 'env:HOME' }, agent)).body.error.code, 'forbidden');
});

test('through a tool a command asks with its argv, whatever the rules say; only the owner approves it, and only once', async t => {
  const { owner, url, command, diary, started } = await arrange(t);
  await owner.put('/api/policies', { pattern: 'executor.mcp.addSource', decision: 'allow' });
  const agent = await tokenFor({ owner, url }, 'agent', { selfApprove: true });
  const approver = await tokenFor({ owner, url }, 'approver');
  const ask = () => agent.invoke('executor.mcp.addSource', { ...command, namespace: 'odd' });
  const { status, body } = await ask();
  assert.deepEqual([status, body.error.code], [202, 'execution_paused']);
  const id = body.error.executionId;
  const [{ request }] = body.error.interactions;
  assert.deepEqual([request.input.command, request.input.args], [command.command, [ODD, 'well', diary]]);
  assert.equal(request.suggested, undefined, 'no rule is offered');
  for (const api of [agent, approver]) {
    const refused = await api.resume(id, { action: 'accept' });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'forbidden']);
  }
  for (const remember of ['always', 'session', '1h']) {
    const refused = await owner.resume(id, { action: 'accept', remember });
    assert.equal(refused.status, 400, `${remember}: ${refused.text}`);
  }
  assert.equal(started(), 0);
  assert.equal((await owner.resume(id, { action: 'accept' })).body.state, 'done');
  assert.equal((await owner.get('/api/sources/odd')).body.state, 'ready');
  await owner.delete('/api/sources/odd');
  assert.equal((await ask()).status, 202, 'it asks again');
});

test('an agent names neither variables nor references to secrets for a command', async t => {
  const { owner, url, command, started } = await arrange(t);
  const agent = await tokenFor({ owner, url }, 'agent');
  for (const more of [{ env: { A: 'b' } }, { args: ['env:HOME'] }, { args: [ODD, 'op://vault/item/field'] }]) {
    const { status, body } = await agent.invoke('executor.mcp.addSource', { ...command, ...more, namespace: 'odd' });
    assert.ok(status === 400 || status === 403, `${status} ${JSON.stringify(body)}`);
  }
  assert.equal(started(), 0);
});
