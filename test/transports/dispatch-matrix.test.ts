import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Decision } from '../../machines/schema/policy.ts';
import type { Role } from '../../machines/schema/principal.ts';
import { type Api, openApi } from '../api.ts';
import { CLI, runProgram } from '../cli/rig.ts';
import { importClient } from '../generated-client.ts';
import { call, overStdio, v1, v2 } from '../mcp/clients.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

/** How a call ends for whoever made it: `done`, `paused`, or the code of what refused it. */
type End = string;
interface Caller {
  t: TestContext;
  house: Warehouse;
  token: string;
  api: Api;
}

/** Every way there is to have a tool called. `files` are those that dispatch: each such file must be here. */
const SURFACES: { name: string; files: string[]; tool?: string; call(caller: Caller): Promise<End> }[] = [
  { name: 'HTTP', files: ['transports/http/routes/tools.ts'], call: async ({ api }) => endOf((await api.invoke(TOOL, INPUT)).body) },
  { name: 'MCP of 2025', files: ['transports/mcp/tools/call.ts'], call: async ({ t, house, token }) => mcp(await v1(t, house.url, token)) },
  {
    name: 'a source shown by itself over MCP',
    files: ['transports/mcp/passthrough/calling.ts'],
    call: async ({ t, house, token }) => shown(await v2(t, house.url, token, '/mcp/w')),
  },
  { name: 'MCP of 2026', files: [], call: async ({ t, house, token }) => mcp(await v2(t, house.url, token)) },
  { name: 'MCP over stdio', files: [], call: async ({ t, house, token }) => mcp(await overStdio(t, house.url, token)) },
  {
    name: 'a program over MCP',
    files: ['transports/mcp/tools/execute.ts'],
    async call({ t, house, token }) {
      const { data } = await call(await v2(t, house.url, token), 'execute', { code: CODE });
      return data.status === 'failed' ? data.error.code : data.status;
    },
  },
  {
    name: 'a program',
    files: ['transports/http/routes/executions.ts', 'runtime/programs/answering.ts'],
    call: ({ api }) => program(api, '/api/executions', { code: CODE }),
  },
  {
    name: 'a fork',
    files: [],
    async call({ api, house }) {
      const { body } = await api.post('/api/executions', { code: 'return 1' });
      if (body.error) return body.error.code;
      await house.owner.get(`/api/executions/${body.id}?wait=60`);
      return program(api, `/api/executions/${body.id}/fork`, { step: 0, code: CODE });
    },
  },
  {
    name: 'the command line',
    files: [],
    async call({ house, token }) {
      const args = ['call', TOOL, JSON.stringify(INPUT), '--json'];
      const { code, stdout, stderr } = await runProgram(CLI, args, { env: { EXECUTOR_URL: house.url, EXECUTOR_TOKEN: token } });
      const end = { 0: 'done', 3: 'paused' }[code ?? -1];
      return end ?? /tool_blocked|forbidden/.exec(stdout + stderr)?.[0] ?? `${code} ${stdout} ${stderr}`;
    },
  },
  {
    name: 'a generated client',
    files: [],
    async call({ t, house, token }) {
      const { text } = await house.owner.get('/api/tools/export/typescript');
      const { createExecutorClient } = await importClient(t, text);
      const made: Promise<{ ok: boolean; error?: { code: string } }> = createExecutorClient({ baseUrl: house.url, token }).w.items.create(
        INPUT,
      );
      return made.then(endOf, error => (error.name === 'ExecutorPausedError' ? 'paused' : error.body.error.code));
    },
  },
  {
    name: 'a built-in tool',
    files: ['runtime/kinds/builtin/dispatch.ts'],
    tool: 'executor.policies.set',
    call: async ({ api }) => endOf((await api.invoke('executor.policies.set', { pattern: 'nothing.here', decision: 'ask' })).body),
  },
];

/** Where calls are made that no surface asks for, and the one way in and out that all of them go. */
const BENEATH = [
  'runtime/call-start.ts',
  'runtime/executions.ts',
  // No call: a look of the owner's at an account, by a read that no rule blocks (connection-health.test.ts).
  'runtime/check-account.ts',
  'runtime/call-logic.ts',
  // The reading of what an update changes: only where the rules let it run, and itself a call.
  'runtime/compare.ts',
  // The runtime inside another program: always as the owner, the same runtime.
  'transports/embedding/executor.ts',
];

const TOOL = 'w.items.create';
const INPUT = { name: 'bolt' };
const CODE = `return (await tools.${TOOL}({ name: 'bolt' })).name`;
const ENDS: Record<Decision, End> = { allow: 'done', ask: 'paused', block: 'tool_blocked' };

const endOf = (body: { ok?: boolean; error?: { code: string } }): End =>
  body.ok ? 'done' : body.error?.code === 'execution_paused' ? 'paused' : (body.error?.code ?? 'nothing');

async function mcp(client: Parameters<typeof call>[0]): Promise<End> {
  const { data } = await call(client, 'call', { path: TOOL, input: INPUT });
  return data.status === 'failed' ? data.error.code : data.status;
}

let shownCalls = 0;

/** The same call again would ask for the outcome of the one before, so each is another. What is blocked is not there for an agent. */
async function shown(client: Parameters<typeof call>[0]): Promise<End> {
  const item = { name: `bolt ${shownCalls++}` };
  const { data } = await call(client, 'items_create', item).catch(error => {
    if (/Unknown tool/.test(String(error))) return { data: { status: 'failed', error: { code: 'tool_blocked' } } };
    throw error;
  });
  if (data.error) return data.error.code;
  return data.status ?? 'done';
}

async function program(api: Api, path: string, body: object): Promise<End> {
  const started = await api.post(path, body);
  if (started.body.error && started.status !== 202) return started.body.error.code;
  const { state, error } = (await api.get(`/api/executions/${started.body.id}?wait=60`)).body;
  return state === 'failed' ? (error.details?.code ?? error.code) : state;
}

async function callers(t: TestContext, house: Warehouse): Promise<Record<Role, Caller>> {
  const made: Partial<Record<Role, Caller>> = {};
  for (const role of ['owner', 'approver', 'agent', 'viewer'] as const) {
    const { body } = await house.owner.post('/api/tokens', { name: `the ${role}`, role });
    made[role] = { t, house, token: body.token, api: openApi(house.url, body.token) };
  }
  return made as Record<Role, Caller>;
}

for (const { name, tool = TOOL, call: make } of SURFACES) {
  test(`${name}: what the rules and the role say holds`, async t => {
    const house = await openWarehouse(t);
    const by = await callers(t, house);
    for (const decision of ['allow', 'ask', 'block'] as const) {
      await house.owner.put('/api/policies', { pattern: tool, decision });
      const sent = house.upstream.count('POST /items');
      for (const role of ['owner', 'agent'] as const) assert.equal(await make(by[role]), ENDS[decision], `${decision}, ${role}`);
      const more = house.upstream.count('POST /items') - sent;
      assert.equal(more, decision === 'allow' && tool === TOOL ? 2 : 0, `${decision}: what was sent`);
    }
    await house.owner.put('/api/policies', { pattern: tool, decision: 'allow' });
    const sent = house.upstream.arrived.length;
    for (const role of ['approver', 'viewer'] as const) assert.equal(await make(by[role]), 'forbidden', role);
    assert.equal(house.upstream.arrived.length, sent, 'who may not call causes nothing');
  });
}

test('an answer: whoever may not give it changes nothing, and the rules of now hold', async t => {
  const house = await openWarehouse(t);
  const by = await callers(t, house);
  for (const decision of ['allow', 'ask', 'block'] as const) {
    for (const role of ['owner', 'approver'] as const) {
      await house.owner.put('/api/policies', { pattern: TOOL, decision: 'ask' });
      const { body } = await by.agent.api.invoke(TOOL, INPUT);
      const id = body.error.executionId;
      await house.owner.put('/api/policies', { pattern: TOOL, decision });
      assert.equal((await by.agent.api.resume(id)).body.error.code, 'forbidden');
      assert.equal((await by.viewer.api.resume(id)).body.error.code, 'forbidden');
      const { state } = (await by[role].api.resume(id)).body;
      assert.equal(state, decision === 'block' ? 'denied' : 'done', `${decision}, ${role}`);
    }
  }
  assert.equal(house.upstream.count('POST /items'), 4);
});

test('the page, signed in as the owner: what the rules say holds', async t => {
  const house = await openWarehouse(t);
  const { url } = (await house.owner.post('/api/session/link')).body;
  const code = new URLSearchParams(new URL(url).hash.split('?')[1]).get('code');
  const { headers, body } = await openApi(house.url).post('/api/session', { code });
  const cookie = headers.get('set-cookie')!.split(';')[0]!;
  const page = { headers: { cookie, 'x-executor-session': body.half } };
  for (const decision of ['allow', 'ask', 'block'] as const) {
    await house.owner.put('/api/policies', { pattern: TOOL, decision });
    assert.equal(endOf((await openApi(house.url).invoke(TOOL, INPUT, page)).body), ENDS[decision], decision);
  }
  assert.equal(house.upstream.count('POST /items'), 1);
});

test('every place that dispatches has its row', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const dispatches = /executions\.(invoke|start|fork)\(|\bstartCall\(|programStart\.(start|fork)\(|\bdispatch\.send\(|spawn\(\s*'call'/;
  const found: string[] = [];
  for (const tree of ['runtime', 'transports', 'cli']) {
    for (const entry of readdirSync(join(root, tree), { recursive: true, encoding: 'utf8' })) {
      const file = join(tree, entry).replaceAll('\\', '/');
      if (/\.ts$/.test(file) && dispatches.test(readFileSync(join(root, file), 'utf8'))) found.push(file);
    }
  }
  const rows = new Set([...SURFACES.flatMap(({ files }) => files), ...BENEATH]);
  assert.deepEqual(
    found.filter(file => !rows.has(file)),
    [],
    'a new way to have a tool called needs a row in SURFACES',
  );
  assert.deepEqual(
    [...rows].filter(file => !found.includes(file)),
    [],
    'a row whose file dispatches no more',
  );
});
