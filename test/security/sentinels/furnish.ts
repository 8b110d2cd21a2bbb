import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Api } from '../../api.ts';
import { browse } from '../../oauth/authority.ts';
import { type Heard, PRIVATE_KEY, SLOTS } from './slots.ts';
import type { Echo } from './upstream.ts';

const ECHOING = fileURLToPath(new URL('../../fixtures/mcp/echoing-server.mjs', import.meta.url));

/** The connections of the API, by name: what each is made with. */
const CONNECTIONS: Record<string, { method: string; values: Record<string, string> }> = {
  key: { method: 'key', values: { apiKey: SLOTS.key } },
  query: { method: 'query', values: { apiKey: SLOTS.queryKey } },
  cookie: { method: 'cookie', values: { apiKey: SLOTS.cookie } },
  token: { method: 'token', values: { token: SLOTS.bearer } },
  login: { method: 'login', values: { username: 'ada', password: SLOTS.password } },
  several: { method: 'key+query', values: { key: SLOTS.several, query: SLOTS.alsoSeveral } },
  custom: { method: 'custom', values: { 'header.X-Key': SLOTS.custom, 'query.api_key': SLOTS.custom, 'cookie.sid': SLOTS.custom } },
};

/** Adds a source of every kind, with secrets in every slot, and connects accounts in every way; says what was heard meanwhile. */
export async function furnish(owner: Api, base: string, { origin, authority }: Echo, { hear }: Heard): Promise<void> {
  const add = async (namespace: string, source: object, state = 'ready') => {
    hear(`adding ${namespace}`, (await owner.post('/api/sources', { namespace, allowPrivate: true, ...source })).text);
    const { body, text } = await owner.get(`/api/sources/${namespace}?wait=60`);
    hear(`source ${namespace}`, text);
    assert.equal(body.state, state, text);
  };
  await add('shop', { url: `${origin}/openapi.json`, headers: { 'x-static': SLOTS.openapiHeader } });
  await add('graph', { url: `${origin}/graphql`, kind: 'graphql', headers: { 'x-static': SLOTS.graphqlHeader } });
  await add('remote', { url: `${origin}/mcp`, kind: 'mcp', headers: { 'x-static': SLOTS.mcpHeader } });
  await add('local', { command: process.execPath, args: [ECHOING], env: { GIVEN: SLOTS.env } });
  await add('broken', { url: `${origin}/broken.json`, headers: { authorization: `Bearer ${SLOTS.brokenHeader}` } }, 'failed');
  await add('crashed', { command: process.execPath, args: [ECHOING, 'crash'], env: { GIVEN: SLOTS.envOfBroken } }, 'failed');
  for (const pattern of ['shop.**', 'graph.**', 'remote.**', 'local.**']) await owner.put('/api/policies', { pattern, decision: 'allow' });

  const connect = async (source: string, name: string, more: object, state = 'connected') => {
    const { body, text } = await owner.post('/api/connections', { source, name, ...more });
    assert.equal(body.state, state, text);
    // The open link is the owner's to see until it is followed; it is heard of afterwards that it went.
    if (state === 'connected') hear(`connecting ${source}/${name}`, text);
    return body;
  };
  for (const [name, more] of Object.entries(CONNECTIONS)) await connect('shop', name, more);
  await connect('graph', 'default', { method: 'bearer', values: { token: SLOTS.graphqlToken } });
  await connect('remote', 'default', { method: 'bearer', values: { token: SLOTS.mcpToken } });

  const issuer = authority.issuerOf(origin);
  authority.clients.set('mine', { id: 'mine', secret: SLOTS.clientSecret, redirects: [`${base}/oauth/callback`] });
  authority.clients.set('robot', { id: 'robot', redirects: [] });
  const client = { issuer, clientId: 'mine', clientSecret: SLOTS.clientSecret };
  for (const [name, values] of [
    ['oauth', client],
    ['registered', { issuer }],
  ] as const) {
    const { authorizeUrl } = await connect('shop', name, { method: 'oauth2', values }, 'authorizing');
    const page = await browse(authorizeUrl);
    hear('the page at the end of a login', page.text);
    assert.equal(page.status, 200, page.text);
  }
  await connect('shop', 'robot', { method: 'oauth2', values: { flow: 'client', issuer, clientId: 'robot', privateKey: PRIVATE_KEY } });
  await connect(
    'shop',
    'wrong',
    { method: 'oauth2', values: { ...client, flow: 'client', clientSecret: `${SLOTS.clientSecret}x` } },
    'failed',
  );
}

/** The tools that are called, with the connections each is called with. */
export const CALLS: [path: string, connections: (string | undefined)[]][] = [
  ...['orders.list', 'orders.create', 'account.me', 'odd.moved', 'odd.torn'].map((tool): [string, string[]] => [
    `shop.${tool}`,
    [...Object.keys(CONNECTIONS), 'oauth', 'registered', 'robot'],
  ]),
  ...['graph.query.echo', 'graph.query.fail', 'graph.mutation.write', 'remote.echo', 'remote.fail', 'remote.refuse'].map(
    (tool): [string, undefined[]] => [tool, [undefined]],
  ),
  ...['local.echo', 'local.fail', 'local.refuse', 'local.ask', 'local.die'].map((tool): [string, undefined[]] => [tool, [undefined]]),
];

/** Makes every call over HTTP, then refreshes tokens, refuses credentials, and runs a program; says what was heard. */
export async function use(owner: Api, { authority }: Echo, { hear }: Heard): Promise<void> {
  const invoke = async (tool: string, connection: string | undefined) => {
    const query = connection === undefined ? '' : `?connection=${connection}`;
    const { status, text } = await owner.post(`/api/tools/invoke/${tool}${query}`, {});
    assert.ok(![400, 404, 500].includes(status), `${tool} ${connection}: ${status} ${text}`);
    hear(`call of ${tool} with ${connection}`, text);
  };
  for (const [tool, connections] of CALLS) for (const connection of connections) await invoke(tool, connection);
  authority.expireAll();
  for (const name of ['oauth', 'registered']) await invoke('shop.orders.list', name);
  const code = `const said = [];
    for (const path of ${JSON.stringify(CALLS.map(([tool]) => tool).filter(tool => !/ask|torn/.test(tool)))}) {
      try { said.push(await tools[path]({})); } catch (error) { console.log(path, error.message, error.details); emit({ path, message: error.message }); said.push(error.message); }
    }
    return said;`;
  const { body } = await owner.post('/api/executions', { code });
  hear('a program', (await owner.get(`/api/executions/${body.id}?wait=60`)).text);
  // What is no longer taken waits for a login, with what the upstream said about it.
  for (const name of ['key', 'login', 'oauth']) await invoke('shop.odd.refused', name);
  authority.plan(res => Boolean(res.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(echoOf(authority)))));
  authority.expireAll();
  await invoke('shop.orders.list', 'registered');
}

/** Asks every source again what it is, now with the accounts it has; says what was heard. */
export async function refreshAll(owner: Api, { hear }: Heard): Promise<void> {
  for (const namespace of ['shop', 'graph', 'remote', 'local']) {
    const { status, text } = await owner.post(`/api/sources/${namespace}/refresh`);
    assert.equal(status, 200, text);
    hear(`refreshing ${namespace}`, text);
  }
}

/** A refusal that says the refresh token back. */
const echoOf = ({ asked }: Echo['authority']) => ({
  error: 'invalid_grant',
  error_description: `this is no good: ${asked.token.at(-1)!.form.get('refresh_token')} of ${asked.token.at(-1)!.authorization}`,
});

/** What OAuth made up on the way, besides what was typed in. */
export const madeUp = ({ authority }: Echo): string[] => [
  ...authority.issued,
  ...authority.asked.authorize.flatMap(query => query.get('state') ?? []),
  ...authority.asked.token.flatMap(({ form }) => form.get('code_verifier') ?? []),
];
