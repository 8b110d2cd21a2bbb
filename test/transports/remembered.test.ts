import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Api, openApi } from '../api.ts';
import { call, v1, v2 } from '../mcp/clients.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { openWarehouse, pause, type Warehouse } from './warehouse.ts';

const CREATE = 'w.items.create';
const accept = ({ owner }: { owner: Api }, id: string, remember?: string) =>
  owner.resume(id, { action: 'accept', ...(remember && { remember }) });
const rulesOf = async ({ owner }: { owner: Api }) => (await owner.get('/api/policies')).body.items;
const agentOf = async ({ owner, url }: Warehouse, name: string) => {
  const { body } = await owner.post('/api/tokens', { name, role: 'agent' });
  return { api: openApi(url, body.token), token: body.token as string };
};

test('a session: the same principal and client, and no other of either', async t => {
  const house = await openWarehouse(t);
  const [one, two] = [await agentOf(house, 'one'), await agentOf(house, 'two')];
  const [first, other] = [await v1(t, house.url, one.token), await v2(t, house.url, one.token)];
  const asked = (client: Parameters<typeof call>[0]) => call(client, 'call', { path: CREATE, input: { name: 'bolt' } });
  const { data } = await asked(first);
  assert.equal((await accept(house, data.executionId, 'session')).body.state, 'done');
  const [rule] = await rulesOf(house);
  assert.deepEqual([rule.remembered.scope, rule.remembered.client], ['session', 'test-v1']);
  assert.ok(Math.abs(Date.parse(rule.expiresAt) - Date.now() - 12 * 3_600_000) < 60_000);
  assert.equal((await asked(await v1(t, house.url, one.token))).data.status, 'done', 'the client, over another connection');
  assert.equal((await asked(other)).data.status, 'paused', 'another client');
  assert.equal((await one.api.invoke(CREATE, { name: 'bolt' })).status, 202, 'no client');
  assert.equal((await asked(await v1(t, house.url, two.token))).data.status, 'paused', 'another principal');
});

test('a program: its own calls, until it ends, and those of no other', async t => {
  const house = await openWarehouse(t);
  const { owner, upstream } = house;
  const code = `await tools.${CREATE}({ name: 'a' }); await tools.${CREATE}({ name: 'b' }); return 'both'`;
  const begin = async () => {
    const { body } = await owner.post('/api/executions', { code });
    return (await owner.get(`/api/executions/${body.id}?wait=60`)).body;
  };
  const first = await begin();
  assert.equal(first.state, 'paused', JSON.stringify(first));
  await accept(house, first.id, 'program');
  const ended = (await owner.get(`/api/executions/${first.id}?wait=60`)).body;
  assert.deepEqual([ended.state, ended.result, upstream.count('POST /items')], ['done', 'both', 2]);
  assert.equal((await begin()).state, 'paused', 'another run asks');
  assert.equal((await owner.invoke(CREATE, { name: 'a' })).status, 202, 'a call of no program asks');
});

test('"once" keeps nothing; "always" has no end and can be taken back', async t => {
  const house = await openWarehouse(t);
  await accept(house, await pause(house), 'once');
  assert.deepEqual(await rulesOf(house), []);
  await accept(house, await pause(house), 'always');
  const [rule] = await rulesOf(house);
  assert.deepEqual([rule.expiresAt, rule.by], [undefined, 'owner']);
  assert.equal((await house.owner.invoke(CREATE, { name: 'nut' })).status, 200);
  await house.owner.delete(`/api/policies/${rule.id}`);
  assert.equal((await house.owner.invoke(CREATE, { name: 'nut' })).status, 202);
  const acts = (await house.owner.get('/api/audit')).body.items.map(({ act }: { act: string }) => act);
  assert.ok(acts.includes('policy.remember') && acts.includes('policy.remove'), acts.join());
});

/** A source with one tool that writes, whose description can be changed. */
async function openChanging(t: TestContext) {
  const house = await openWarehouse(t);
  let summary = 'Send a letter';
  let more = {};
  const post = await recordUpstream(t, ({ path }, res) => {
    if (path !== '/openapi.json') return answerJson(res, 200, {});
    const schema = { type: 'object', properties: { to: { type: 'string' } } };
    const send = { tags: ['letters'], operationId: 'send', summary, requestBody: { content: { 'application/json': { schema } } } };
    const responses = { 200: { description: 'OK' } };
    answerJson(res, 200, {
      openapi: '3.1.0',
      info: { title: 'Post', version: '1' },
      servers: [{ url: post.origin }],
      paths: { '/letters': { post: { ...send, responses } }, ...more },
    });
  });
  const { owner } = house;
  await owner.post('/api/sources', { url: `${post.origin}/openapi.json`, namespace: 'p', allowPrivate: true });
  assert.equal((await owner.get('/api/sources/p?wait=60')).body.state, 'ready');
  const redefine = async (change: { summary?: string; more?: object }) => {
    summary = change.summary ?? summary;
    more = change.more ?? more;
    assert.equal((await owner.post('/api/sources/p/refresh', {})).status, 200);
  };
  const ask = async () => {
    const { status, body } = await owner.invoke('p.letters.send', { to: 'ann' });
    return { status, id: (body.error ?? body).executionId as string };
  };
  const sent = () => post.arrived.filter(({ method }) => method === 'POST').map(({ text }) => JSON.parse(text));
  return { ...house, redefine, ask, sent };
}

test('what is remembered is void once the definition of the tool is another one; an unrelated change leaves it', async t => {
  const house = await openChanging(t);
  assert.equal((await accept(house, (await house.ask()).id, 'always')).body.state, 'done');
  const list = { tags: ['letters'], operationId: 'list', responses: { 200: { description: 'OK' } } };
  await house.redefine({ more: { '/all': { get: list } } });
  assert.equal((await house.ask()).status, 200, 'a tool beside it came');
  await house.redefine({ summary: 'Send a letter, and a copy to everybody' });
  assert.equal((await house.ask()).status, 202, 'it is another tool now');
});

for (const [how, content] of [
  ['as it was asked', undefined],
  ['with edited arguments', { input: { to: 'bob' } }],
] as const) {
  test(`an approval ${how} of a tool that was redefined meanwhile asks again, and shows what there is now`, async t => {
    const house = await openChanging(t);
    const { id } = await house.ask();
    await house.redefine({ summary: 'Send a letter, and a copy to everybody' });
    const again = (await house.owner.resume(id, { action: 'accept', ...(content && { content }) })).body;
    assert.equal(again.state, 'awaitingApproval', JSON.stringify(again));
    assert.deepEqual([again.interactions.length, house.sent()], [2, []]);
    const { request } = again.interactions[1];
    assert.deepEqual([request.description, request.input], ['Send a letter, and a copy to everybody', content?.input ?? { to: 'ann' }]);
    const { body } = await house.owner.resume(id, { action: 'accept', interaction: again.interactions[1].id });
    assert.deepEqual([body.state, house.sent()], ['done', [content?.input ?? { to: 'ann' }]]);
  });
}
