import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { commandLine, type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { countOperations, openGithub } from './github.ts';

/*
 * The main job on real input, in the order a user lives it: each test goes on where the one before ended.
 */

const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
after(async () => {
  for (const fn of end) await fn();
});

let github: Awaited<ReturnType<typeof openGithub>>;
let dataDir: string;
let daemon: DaemonProcess;
let executor: ReturnType<typeof commandLine>;

before(async () => {
  dataDir = temporaryDataDir(t);
  github = await openGithub(t);
  daemon = await startDaemon(t, dataDir);
  executor = commandLine(dataDir);
});

const issue = (title: string) => ({ owner: 'me', repo: 'demo', title });
const ISSUES = '/repos/me/demo/issues';
/** How often an issue of this title was created. */
const created = (title: string) =>
  github.arrived.filter(({ method, path, text }) => method === 'POST' && path === ISSUES && JSON.parse(text).title === title).length;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers by name
type Answer = Record<string, any>;

/** A new MCP session, as the owner or as nobody in particular. */
async function openSession(token?: string) {
  const client = new Client({ name: 'e2e', version: '1' });
  const requestInit = { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', daemon.url), { requestInit });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  t.after(() => client.close());
  return async (name: string, args: Record<string, unknown>): Promise<Answer> => {
    const { structuredContent, isError } = await client.callTool({ name, arguments: args });
    return { ...(structuredContent as Answer), isError };
  };
}

const paused: Record<'cli' | 'http' | 'mcp' | 'agent', string> = { cli: '', http: '', mcp: '', agent: '' };

test('every operation of GitHub’s description is a tool', async () => {
  const expected = countOperations();
  assert.ok(expected > 1100);
  const added = await executor(['add', github.spec, '--name', 'github', '--base-url', github.origin, '--allow-private', '--json']);
  assert.equal(added.code, 0, added.stderr);
  assert.deepEqual([JSON.parse(added.stdout).state, JSON.parse(added.stdout).toolCount], ['ready', expected]);
  const paths = new Set<string>();
  for (let cursor = ''; ; ) {
    const { body } = await daemon.api.get(`/api/tools?source=github&limit=1000&cursor=${encodeURIComponent(cursor)}`);
    for (const { path } of body.items) paths.add(path);
    if (!body.nextCursor) break;
    cursor = body.nextCursor;
  }
  assert.equal(paths.size, expected);
});

test('a search puts the tool that is meant first', async () => {
  for (const [query, path] of [
    ['create an issue', 'github.issues.create'],
    ['merge a pull request', 'github.pulls.merge'],
  ] as const) {
    const { stdout } = await executor(['tools', 'search', query, '--json']);
    assert.equal(JSON.parse(stdout).items[0].path, path);
    assert.equal((await daemon.api.get(`/api/tools?q=${encodeURIComponent(query)}`)).body.items[0].path, path);
    const search = await openSession();
    assert.equal((await search('search', { query })).items[0].path, path);
  }
});

test('a GET answers', async () => {
  const { code, stdout } = await executor(['call', 'github', 'issues', 'listForRepo', 'owner=me', 'repo=demo']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [{ number: 1, title: 'The first issue' }]);
  const { status, body } = await daemon.api.invoke('github.issues.listForRepo', { owner: 'me', repo: 'demo', state: 'open' });
  assert.deepEqual([status, body.ok], [200, true]);
  assert.equal(github.arrived.at(-1)?.path, ISSUES);
  assert.equal(github.arrived.at(-1)?.query.get('state'), 'open');
});

test('a POST pauses: exit code 3 from the command line', async () => {
  const { code, stdout, stderr } = await executor(['call', 'github', 'issues', 'create', JSON.stringify(issue('cli')), '--json']);
  assert.equal(code, 3);
  paused.cli = JSON.parse(stdout).error.executionId;
  assert.match(stderr, new RegExp(`${daemon.url}/resume/${paused.cli}`));
  assert.match(stderr, new RegExp(`executor resume --execution-id ${paused.cli}`));
});

test('a POST pauses: 202 over HTTP', async () => {
  const { status, body } = await daemon.api.invoke('github.issues.create', issue('http'));
  assert.deepEqual([status, body.error.code], [202, 'execution_paused']);
  paused.http = body.error.executionId;
});

test('a POST pauses: `paused` over MCP, also for a client without a token', async () => {
  const owner = await openSession(daemon.token);
  const mine = await owner('call', { path: 'github.issues.create', input: issue('mcp') });
  assert.deepEqual([mine.status, mine.interactions.length], ['paused', 1]);
  const agent = await openSession();
  const theirs = await agent('call', { path: 'github.issues.create', input: issue('agent') });
  assert.deepEqual([theirs.status, theirs.approvalUrl], ['paused', `${daemon.url}/resume/${theirs.executionId}`]);
  [paused.mcp, paused.agent] = [mine.executionId, theirs.executionId];
});

test('nothing has left yet, and after a SIGKILL and a new start all of it still waits', async () => {
  assert.equal(github.count(`POST ${ISSUES}`), 0);
  await daemon.kill();
  daemon = await startDaemon(t, dataDir);
  const { body } = await daemon.api.get('/api/executions?state=pending');
  assert.deepEqual(body.items.map(({ id }: { id: string }) => id).sort(), Object.values(paused).sort());
  assert.equal((await daemon.api.get('/api/sources/github')).body.state, 'ready');
  assert.equal(github.count('GET /api.github.com.json'), 1, 'the description is not fetched again');
});

test('a client without the owner’s token may not approve', async () => {
  const agent = await openSession();
  const answered = await agent('resume', { executionId: paused.agent, action: 'accept' });
  assert.deepEqual([answered.isError, answered.error.code], [true, 'forbidden']);
  const foreign = await agent('resume', { executionId: paused.http, action: 'accept' });
  assert.equal(foreign.error.code, 'execution_not_found');
  assert.equal(github.count(`POST ${ISSUES}`), 0);
});

test('`executor resume` from another shell completes one', async () => {
  const { code, stdout } = await executor(['resume', '--execution-id', paused.cli, '--json'], { cwd: '/' });
  assert.equal(code, 0);
  assert.deepEqual([JSON.parse(stdout).state, JSON.parse(stdout).result.title], ['done', 'cli']);
  assert.equal(created('cli'), 1);
});

test('an MCP client with the owner’s token completes one, in a new session', async () => {
  const owner = await openSession(daemon.token);
  const { status, result } = await owner('resume', { executionId: paused.mcp, action: 'accept' });
  assert.deepEqual([status, result.title], ['done', 'mcp']);
  assert.equal(created('mcp'), 1);
});

test('HTTP completes one: fifty at once are one effect and fifty equal answers', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => daemon.api.resume(paused.http)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.deepEqual([answers[0]?.body.state, answers[0]?.body.result.title], ['done', 'http']);
  assert.equal(created('http'), 1);
});

test('an agent hears from another session what became of its call', async () => {
  await daemon.api.resume(paused.agent);
  const agent = await openSession();
  const { status, result } = await agent('resume', { executionId: paused.agent });
  assert.deepEqual([status, result.title], ['done', 'agent']);
});

test('a second resume gives the first outcome, on every surface, and a different answer is refused', async () => {
  const first = (await daemon.api.get(`/api/executions/${paused.cli}`)).body;
  const again = await executor(['resume', '--execution-id', paused.cli, '--json']);
  assert.deepEqual([again.code, JSON.parse(again.stdout)], [0, first]);
  assert.deepEqual((await daemon.api.resume(paused.cli)).body, first);
  const owner = await openSession(daemon.token);
  assert.deepEqual((await owner('resume', { executionId: paused.cli, action: 'accept' })).result, first.result);
  const other = await daemon.api.resume(paused.cli, { action: 'decline' });
  assert.deepEqual([other.status, other.body.error.code], [409, 'already_settled']);
  const declined = await executor(['resume', '--execution-id', paused.cli, '--action', 'decline']);
  assert.equal(declined.code, 1);
  assert.match(declined.stderr, /already_settled/);
});

test('the upstream saw each POST exactly once, also after another SIGKILL', async () => {
  await daemon.kill();
  daemon = await startDaemon(t, dataDir);
  assert.deepEqual((await daemon.api.get('/api/executions?state=pending')).body.items, []);
  assert.equal((await daemon.api.resume(paused.http)).body.result.title, 'http');
  for (const title of ['cli', 'http', 'mcp', 'agent']) assert.equal(created(title), 1, title);
  assert.equal(github.count(`POST ${ISSUES}`), 4);
});
