import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ConnectionView } from '../../machines/schema/connection.ts';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { serve } from '../../transports/serve.ts';

/**
 * The client that the conformance suite runs against a server of its own: a daemon with that server as a source. It connects when it has
 * to, calls every tool, agrees to every form, and reads every resource and prompt: `node driver.js <url>`.
 */
interface Context {
  client_id?: string;
  client_secret?: string;
  toolCalls?: { name: string; arguments: Record<string, unknown> }[];
}

/** The document of which the suite knows as whose client it is. */
process.env.EXECUTOR_CLIENT_ID_URL = 'https://conformance-test.local/client-metadata.json';
const NAMESPACE = 'target';
/** A login may be asked for once more when a server wants more than was granted; over and over it is not. */
const LOGINS = 3;

const url = process.argv.at(-1)!;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as Context;
const dataDir = mkdtempSync(join(tmpdir(), 'executor-conformance-'));
const daemon = await serve({ dataDir, port: 0, ui: false });
const { sources, connections, executions, policies, principals, tools, passthrough } = daemon.runtime;
const { owner } = principals;
let logins = 0;

try {
  await sources.add({ namespace: NAMESPACE, url, kind: 'mcp', allowPrivate: true });
  let view = await ready();
  while (view.state === 'authenticating' && (await logIn())) view = await ready();
  if (view.state !== 'ready') throw new Error(`the source is ${view.state}: ${JSON.stringify(view.error)}`);
  await policies.put({ pattern: `${NAMESPACE}.**`, decision: 'allow' });
  for (const [path, input] of await callsToMake()) await call(path, input);
  await readAll();
} finally {
  await daemon.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function ready() {
  for (;;) {
    const view = await sources.wait(NAMESPACE, { seconds: 20 });
    if (view.state !== 'detecting' && view.state !== 'indexing') return view;
  }
}

/** Does what a person does: begins the login, follows the link, agrees. False when that is enough. */
async function logIn(): Promise<boolean> {
  if (++logins > LOGINS) return false;
  const { client_id: clientId, client_secret: clientSecret } = context;
  const values = { ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) };
  const begun = await connections.connect({ source: NAMESPACE, method: 'oauth2', values });
  if (begun.authorizeUrl) await (await fetch(begun.authorizeUrl)).text();
  const view: ConnectionView = await connections.wait(NAMESPACE, 'default', { seconds: 10 });
  if (view.state !== 'connected' || view.error) throw new Error(`the login came to nothing: ${JSON.stringify(view.error)}`);
  return true;
}

/** What the scenario names, else every tool once, with arguments that fit. */
async function callsToMake(): Promise<[path: string, input: Record<string, unknown>][]> {
  // What is null is left out: a schema that does not name null does not take it.
  const given = (all: Record<string, unknown>) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  if (context.toolCalls) return context.toolCalls.map(each => [`${NAMESPACE}.${each.name}`, given(each.arguments)]);
  const { items } = await tools.search({ source: NAMESPACE, principal: owner, limit: 100 });
  const described = await Promise.all(items.map(({ path }) => tools.describe(path, owner)));
  const shown = await toolsShown();
  return described.map(({ path, inputSchema, sample }) => {
    // A tool that takes a schema wants to see how that of the other one came across.
    const other = shown.find(({ name }) => `${NAMESPACE}.${name}` !== path)?.inputSchema;
    const takesSchema = (inputSchema as Schema).properties?.schema !== undefined;
    return [path, takesSchema ? { schema: other } : ((sample as Record<string, unknown> | undefined) ?? {})];
  });
}

/** The tools as a client of `/mcp/<namespace>` sees them. */
async function toolsShown(): Promise<{ name: string; inputSchema: unknown }[]> {
  const client = new Client({ name: 'conformance', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${daemon.url}/mcp/${NAMESPACE}`), {
      requestInit: { headers: { authorization: `Bearer ${daemon.token}` } },
    }),
  );
  const found = await client.listTools();
  await client.close();
  return found.tools;
}

interface Schema {
  properties?: Record<string, { type?: string; default?: unknown; enum?: unknown[] }>;
}

async function call(path: string, input: Record<string, unknown>): Promise<void> {
  const begun = await executions.invoke({ path, input, principal: owner });
  let view: ExecutionView = await executions.wait(begun.id, owner, { seconds: 25 });
  while (view.endedAt === undefined) {
    const open = view.interactions.find(({ settledAt }) => settledAt === undefined);
    if (open?.kind === 'login') {
      if (!(await logIn())) return;
    } else if (open?.kind === 'form') {
      await executions.resume(view.id, { action: 'accept', interaction: open.id, content: answersTo(open.schema as Schema) }, owner);
    } else if (open) return;
    view = await executions.wait(view.id, owner, { seconds: 25 });
  }
}

/** What a person sends who changes nothing of a form: its defaults, and a yes where there is none. */
function answersTo({ properties = {} }: Schema): Record<string, unknown> {
  const usual: Record<string, unknown> = { boolean: true, string: 'yes', number: 1, integer: 1 };
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type = 'string', default: given, enum: choices = [] }]) => [
      name,
      given ?? choices[0] ?? usual[type],
    ]),
  );
}

/** Every resource and every prompt, as `/mcp/<namespace>` passes them through. */
async function readAll(): Promise<void> {
  const source = passthrough(NAMESPACE);
  const { capabilities } = await source.about();
  const list = async (method: 'resources/list' | 'prompts/list', key: 'resources' | 'prompts') =>
    capabilities[key] ? (((await source.request(method)) as Record<string, { name: string; uri: string }[]>)[key] ?? []) : [];
  for (const { uri } of await list('resources/list', 'resources')) await source.request('resources/read', { uri });
  for (const { name } of await list('prompts/list', 'prompts')) await source.request('prompts/get', { name });
}
