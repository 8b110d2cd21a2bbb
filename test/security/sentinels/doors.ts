import type { Api } from '../../api.ts';
import { post, request } from '../../mcp/raw.ts';
import { routesOf } from '../house.ts';
import type { Heard } from './slots.ts';

interface Row {
  id: string;
}

/** Asks every GET route there is, for everything there is. A route of which nobody knows what to ask for is a failure. */
export async function askAllRoutes(owner: Api, { hear }: Heard): Promise<void> {
  const items = async <T>(path: string): Promise<T[]> => (await owner.get(path)).body.items;
  const sources = (await items<{ namespace: string }>('/api/sources')).map(({ namespace }) => namespace);
  const executions = (await items<Row>('/api/executions?limit=1000')).map(({ id }) => id);
  const calls = (await Promise.all(executions.map(id => items<Row>(`/api/executions?parent=${id}&limit=1000`)))).flat().map(({ id }) => id);
  const actors = (
    await Promise.all(['source', 'connection', 'call', 'program'].map(kind => items<Row>(`/api/actors?kind=${kind}&limit=1000`)))
  )
    .flat()
    .map(({ id }) => id);
  const tools = (await items<{ path: string }>('/api/tools?limit=1000')).map(({ path }) => path);
  const connections = (await items<{ source: string; name: string }>('/api/connections')).map(({ source, name }) => `${source}/${name}`);
  const values: Record<string, string[]> = {
    '/api/sources/': sources,
    '/api/executions/': [...executions, ...calls],
    '/api/actors/': actors,
    '/api/machines/': ['source', 'connection', 'call', 'program'],
    '/api/tools/': tools,
    '/api/connections/': connections,
  };
  for (const { method, path } of routesOf({ runtime: { tokens: { onRevoked: () => {} } } as never })) {
    if (method !== 'GET' || path.startsWith('/mcp')) continue;
    const [before, after] = path.split(/x(?:\/x)?(?=\/|$)/) as [string, string | undefined];
    if (after === undefined) {
      hear(`GET ${path}`, (await owner.get(path)).text);
      continue;
    }
    const known = values[before];
    if (!known || known.length === 0) throw new Error(`nothing is known to ask ${path} for`);
    for (const id of known)
      hear(`GET ${path} of ${id}`, (await owner.get(before + id.split('/').map(encodeURIComponent).join('/') + after)).text);
  }
  for (const path of ['/api/policies/explain?path=shop.orders.list', '/api/tools?q=echo', '/api/audit?limit=1000']) {
    hear(`GET ${path}`, (await owner.get(path)).text);
  }
}

/** Says everything to the MCP surface that can be said to it, as an agent; `tools` are those to be called. */
export async function askOverMcp(url: string, tools: readonly string[], { hear }: Heard): Promise<void> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
  };
  let id = 0;
  const say = async (method: string, params: Record<string, unknown> = {}, path = '/mcp') => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...named(params) };
    const reply = await post(url, request(++id, method, { ...params, _meta: meta }), headers, path);
    const text = await reply.text();
    hear(`${path}: ${method} ${params.name ?? params.uri ?? ''} ${JSON.stringify(params.arguments ?? {})}`, text);
    return text;
  };
  await say('server/discover');
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) await say(method);
  const use = (name: string, args: unknown) => say('tools/call', { name, arguments: args });
  for (const query of ['', 'echo', 'orders list', 'connections']) await use('search', { query });
  for (const tool of tools) {
    await use('describe', { path: tool });
    const answer = await use('call', { path: tool, input: {} });
    const [execution] = /exec_\w+/.exec(answer) ?? [];
    if (execution) await use('resume', { executionId: execution });
  }
  await use('call', { path: 'executor.connections.list', input: {} });
  await use('call', { path: 'executor.sources.list', input: {} });
  await use('call', { path: 'shop.orders.list', input: { made: 'up' } });
  await use('execute', {
    code: `return Promise.allSettled(${JSON.stringify(tools.filter(tool => !/ask/.test(tool)))}.map(path => tools[path]({})))`,
  });
  for (const path of ['/mcp/shop', '/mcp/graph', '/mcp/remote', '/mcp/local']) {
    for (const method of ['tools/list', 'prompts/list', 'resources/list']) await say(method, {}, path);
  }
  for (const name of ['echo', 'fail', 'refuse']) {
    await say('tools/call', { name, arguments: {} }, '/mcp/remote');
    await say('tools/call', { name, arguments: {} }, '/mcp/local');
  }
  await say('resources/read', { uri: 'echo://sent' }, '/mcp/remote');
  await say('prompts/get', { name: 'sent' }, '/mcp/remote');
}

/** What 2026-07-28 wants said in a header as well. */
const named = ({ name, uri }: Record<string, unknown>): Record<string, string> =>
  typeof name === 'string' ? { 'mcp-name': name } : typeof uri === 'string' ? { 'mcp-name': uri } : {};
