import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { temporaryDataDir } from '../daemon.ts';
import { describeApi } from '../sweeps/crash/document.ts';
import { type Arrived, answerJson, recordUpstream } from '../upstream-recorder.ts';

const DAY_MS = 24 * 3_600_000;

/** A data directory whose runtime believes whatever time it is told. */
async function world(t: TestContext) {
  const upstream = await recordUpstream(t, (_: Arrived, res: ServerResponse) => answerJson(res, 200, { stored: true }));
  const dataDir = temporaryDataDir(t);
  let time = Date.parse('2026-03-01T12:00:00.000Z');
  let runtime: Runtime | undefined;
  t.after(() => runtime?.close());
  const open = async (): Promise<Runtime> => {
    await runtime?.close();
    runtime = await createRuntime({ dataDir, allowPrivate: true, now: () => new Date(time) });
    return runtime;
  };
  const first = await open();
  await first.sources.add({ namespace: 'shop', spec: describeApi('shop', upstream.origin, 1) as never, allowPrivate: true });
  await first.sources.wait('shop');
  return {
    upstream,
    open,
    pass(days: number) {
      time += days * DAY_MS;
    },
    async ask(in_: Runtime): Promise<string> {
      const { id } = await in_.executions.invoke({ path: 'shop.items.create', input: { marker: 'm' }, principal: in_.principals.owner });
      const view = await in_.executions.wait(id, in_.principals.owner);
      assert.equal(view.state, 'awaitingApproval');
      return id;
    },
    runtime: () => runtime!,
  };
}

const accept = (runtime: Runtime, id: string) => runtime.executions.resume(id, { action: 'accept' }, runtime.principals.owner);
const settled = (runtime: Runtime, id: string) => runtime.executions.wait(id, runtime.principals.owner);
const expiries = async (runtime: Runtime, id: string) =>
  (await runtime.executions.log(id, runtime.principals.owner)).items.filter(({ event }) => (event as { type: string }).type === 'expire')
    .length;

test('an approval that comes weeks later, after a restart, runs and reports like one that comes at once', async t => {
  const { open, pass, ask, upstream, runtime } = await world(t);
  const soon = await ask(runtime());
  await accept(runtime(), soon);
  const atOnce = await settled(runtime(), soon);
  const late = await ask(runtime());
  pass(29);
  await open();
  await accept(runtime(), late);
  const after = await settled(runtime(), late);
  assert.equal(after.state, 'done');
  assert.deepEqual([after.result, after.error, after.interactions.length], [atOnce.result, undefined, 1]);
  assert.equal(Date.parse(after.endedAt!) - Date.parse(after.startedAt), 29 * DAY_MS);
  assert.equal(upstream.arrived.length, 2);
});

test('five weeks are no different when the owner lets approvals wait that long', async t => {
  const { open, pass, ask, runtime } = await world(t);
  await runtime().maintenance.updateSettings({ approvalDays: 60 });
  const id = await ask(runtime());
  pass(35);
  await open();
  await accept(runtime(), id);
  assert.equal((await settled(runtime(), id)).state, 'done');
});

test('an approval that is overdue at start has expired, once, and an answer to it is refused', async t => {
  const { open, pass, ask, upstream, runtime } = await world(t);
  const id = await ask(runtime());
  pass(31);
  for (let boot = 0; boot < 3; boot++) await open();
  const view = await settled(runtime(), id);
  assert.deepEqual([view.state, view.error?.code], ['denied', 'approval_expired']);
  assert.equal(await expiries(runtime(), id), 1);
  await assert.rejects(accept(runtime(), id), { code: 'already_settled' });
  assert.equal(upstream.arrived.length, 0);
});

test('a clock that jumps forward ends what is overdue when it is answered, though no timer has fired', async t => {
  const { pass, ask, upstream, runtime } = await world(t);
  const id = await ask(runtime());
  pass(40);
  await assert.rejects(accept(runtime(), id), { code: 'already_settled' });
  assert.equal((await settled(runtime(), id)).error?.code, 'approval_expired');
  assert.equal(await expiries(runtime(), id), 1);
  assert.equal(upstream.arrived.length, 0);
});

test('a clock that jumps back makes nothing overdue, and loses nothing', async t => {
  const { open, pass, ask, runtime } = await world(t);
  const id = await ask(runtime());
  pass(-400);
  await open();
  const later = await ask(runtime());
  assert.notEqual(later, id);
  for (const each of [id, later]) {
    await accept(runtime(), each);
    assert.equal((await settled(runtime(), each)).state, 'done');
  }
});

test('a program that sleeps for a month goes on when the month is over, and not before, though the daemon was away', async t => {
  const { open, pass, upstream, runtime } = await world(t);
  await runtime().policies.put({ pattern: 'shop.items.create', decision: 'allow' });
  const code = `await sleep(${30 * DAY_MS}); return tools.shop.items.create({ marker: 'late' });`;
  const { id } = await runtime().executions.start({ code, principal: runtime().principals.owner });
  const asleep = async (): Promise<void> => {
    const { items } = await runtime().executions.journal(id, runtime().principals.owner);
    if (items.length === 0) return asleep();
  };
  await asleep();
  pass(29);
  await open();
  await asleep();
  assert.deepEqual([(await runtime().executions.get(id, runtime().principals.owner)).state, upstream.arrived.length], ['running', 0]);
  pass(1);
  await open();
  const ended = await settled(runtime(), id);
  assert.deepEqual([ended.state, ended.result, upstream.arrived.length], ['done', { stored: true }, 1], JSON.stringify(ended));
});

test('a login that nobody goes to has expired when its link has, though the daemon was away, and the link says so', async t => {
  const { open, pass, upstream, runtime } = await world(t);
  const flows = {
    authorizationCode: { authorizationUrl: `${upstream.origin}/authorize`, tokenUrl: `${upstream.origin}/token`, scopes: {} },
  };
  const spec = {
    ...describeApi('club', upstream.origin, 1),
    components: { securitySchemes: { login: { type: 'oauth2', flows } } },
    security: [{ login: [] }],
  };
  await runtime().sources.add({ namespace: 'club', spec: spec as never, allowPrivate: true });
  await runtime().sources.wait('club');
  const { id } = await runtime().executions.invoke({
    path: 'club.items.list',
    input: { marker: 'm' },
    principal: runtime().principals.owner,
  });
  assert.equal((await settled(runtime(), id)).state, 'authenticating');
  const begun = await runtime().connections.connect({ source: 'club', method: 'oauth2', values: { clientId: 'me' } } as never);
  assert.equal(begun.state, 'authorizing');
  const state = new URL(begun.authorizeUrl!).searchParams.get('state')!;
  pass(1);
  await open();
  const expired = await runtime().connections.wait('club', 'default');
  assert.notEqual(expired.state, 'authorizing', JSON.stringify(expired));
  assert.match(expired.error!.message, /not followed in time/);
  await assert.rejects(runtime().connections.callback(new URLSearchParams({ state, code: 'c' })), /not finished in time/);
  assert.equal((await runtime().executions.get(id, runtime().principals.owner)).state, 'authenticating', 'the call still waits');
});
