import { McpServer, ProtocolError as SdkProtocolError, type ServerCapabilities, type ServerContext } from '@modelcontextprotocol/server';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import { type PassthroughMethod, ProtocolError } from '../../../runtime/kinds/mcp/passthrough.ts';
import { covers } from '../../../runtime/policy.ts';
import { may } from '../../../runtime/principals.ts';
import type { Asked } from '../asking.ts';
import type { Through } from '../endpoint.ts';
import { againIn, principalOf } from '../principal.ts';
import type { Surface } from '../server.ts';
import { TASK_CAPABILITIES } from '../tasks/capabilities.ts';
import { serveTasks } from '../tasks/methods.ts';
import { answeredAgain } from './again.ts';
import { callThrough, unknownTool } from './calling.ts';
import type { Inquiries } from './inquiries.ts';
import { chosen, listedTool } from './listing.ts';
import type { Owed } from './owed.ts';
import { tasksOf } from './tasks.ts';
import type { Upstream } from './upstream.ts';

/** What all server instances of one place share. */
export interface Place {
  surface: Surface;
  through: Through;
  /** Only of an MCP source. */
  upstream: Upstream | undefined;
  inquiries: Inquiries;
  owed: Owed;
}

/** How long a 2026-07-28 client may keep a list. */
const LIST_TTL_MS = 10_000;

const LISTS = [
  ['prompts', 'prompts/list', 'prompts'],
  ['resources', 'resources/list', 'resources'],
  ['resources', 'resources/templates/list', 'resourceTemplates'],
] as const;

/** One source as an MCP server: an instance of one session or of one request, which holds no state of its own. */
export async function createPassthroughServer(place: Place, principal: Principal): Promise<McpServer> {
  const { surface, through, upstream } = place;
  const { runtime } = surface;
  const { name, namespace } = runtime.sources.get(through.namespace);
  const about = upstream && usesWhole(principal, place) ? await upstream.about() : undefined;
  const tools = await toolsFor(place, principal);
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: 'private' as const };
  const mcp = new McpServer(
    { ...(about?.server ?? { name: namespace }), title: about?.server.title ?? name, version: about?.server.version ?? runtime.version },
    {
      capabilities: capabilitiesOf(about?.capabilities),
      ...(about?.instructions !== undefined && { instructions: about.instructions }),
      requestState: { verify: (state, ctx) => (ctx.mcpReq.method === 'tools/call' ? surface.state.verify(state, ctx) : state) },
      cacheHints: {
        'tools/list': hint,
        'prompts/list': hint,
        'resources/list': hint,
        'resources/templates/list': hint,
        'resources/read': { ttlMs: 0, cacheScope: 'private' },
      },
    },
  );
  // The official check of arguments mirrored in headers asks for the schema here.
  mcp.toolInputSchemaJson = tool => listedSchema(tools.find(known => known.name === tool));
  const { server } = mcp;

  server.setRequestHandler('tools/list', async (_, ctx) => {
    const client = server.getClientVersion();
    if (client) runtime.clients.heard(client);
    return { tools: (await toolsFor(place, principalOf(ctx, undefined))).map(listedTool) };
  });
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const again = againIn(ctx.http?.authInfo);
    if (again !== undefined) return answeredAgain(again, place, server, ctx);
    const known = await toolsFor(place, principalOf(ctx, undefined));
    const tool = known.find(({ name }) => name === params.name);
    if (!tool) throw unknownTool(params.name);
    return callThrough(tool, params, place, server, ctx);
  });
  serveTasks(server, tasksOf(place, server));
  if (!about || !upstream) {
    for (const [, method, key] of LISTS) server.setRequestHandler(method, () => ({ [key]: [] }) as never);
    return mcp;
  }

  const forward = (method: PassthroughMethod) => (request: { params?: unknown }, ctx: ServerContext) =>
    forwarded(ctx, place, () => upstream.request(method, paramsOf(request.params, ctx), ctx.mcpReq.signal));
  for (const [capability, method, key] of LISTS) {
    const isThere = about.capabilities[capability] !== undefined;
    server.setRequestHandler(method, (isThere ? forward(method) : () => ({ [key]: [] })) as never);
  }
  for (const [capability, method] of FORWARDED) {
    if (about.capabilities[capability] !== undefined) server.setRequestHandler(method, forward(method) as never);
  }
  if ((about.capabilities.resources as { subscribe?: boolean } | undefined)?.subscribe) {
    const sessionOf = (ctx: ServerContext) => ctx.sessionId ?? '';
    server.setRequestHandler('resources/subscribe', (({ params: { uri } }: { params: { uri: string } }, ctx: ServerContext) =>
      forwarded(ctx, place, () => upstream.subscribe(sessionOf(ctx), uri, ctx.mcpReq.signal))) as never);
    server.setRequestHandler('resources/unsubscribe', (({ params: { uri } }: { params: { uri: string } }, ctx: ServerContext) =>
      forwarded(ctx, place, () => upstream.unsubscribe(sessionOf(ctx), uri, ctx.mcpReq.signal))) as never);
  }
  return mcp;
}

const FORWARDED = [
  ['prompts', 'prompts/get'],
  ['resources', 'resources/read'],
  ['completions', 'completion/complete'],
  ['logging', 'logging/setLevel'],
] as const;

/** Tools always; of the rest what the server has. */
function capabilitiesOf(upstream: Readonly<Record<string, unknown>> | undefined): ServerCapabilities {
  const { prompts, resources, completions, logging } = (upstream ?? {}) as ServerCapabilities;
  return {
    ...TASK_CAPABILITIES,
    tools: { listChanged: true },
    prompts: prompts ?? {},
    resources: resources ?? {},
    ...(completions && { completions }),
    ...(logging && { logging }),
  };
}

/** What the client brings back for a server that asked goes on to the server; the SDK has taken it out of the parameters. */
function paramsOf(params: unknown, { mcpReq }: ServerContext): Record<string, unknown> {
  const { _meta: _, ...rest } = (params ?? {}) as Record<string, unknown>;
  const state = mcpReq.requestState<Asked | string>();
  return {
    ...rest,
    ...(mcpReq.inputResponses && { inputResponses: mcpReq.inputResponses }),
    ...(typeof state === 'string' && { requestState: state }),
  };
}

/** The server's answer as it came, also when it is an error. */
async function forwarded(ctx: ServerContext, place: Place, request: () => Promise<unknown>): Promise<unknown> {
  if (!usesWhole(principalOf(ctx, undefined), place)) {
    throw new SdkProtocolError(-32600, 'forbidden: this token is for some tools of the source only');
  }
  try {
    return await request();
  } catch (error) {
    if (error instanceof ProtocolError) throw new SdkProtocolError(error.code, error.message, error.data);
    if (error instanceof FaultError) throw new SdkProtocolError(-32603, `${error.code}: ${error.message}`);
    throw error;
  }
}

/** Whether a principal may use what a source has besides tools: it may call, its slice is all of the source, and no rule blocks all of it. */
export function usesWhole(principal: Principal, { surface: { runtime }, through: { namespace } }: Place): boolean {
  const current = runtime.principals.current(principal);
  const some = `${namespace}.anything.at.all`;
  if (!current || !may(current, 'call')) return false;
  if (current.tools !== undefined && !current.tools.some(pattern => covers(pattern, some))) return false;
  return !runtime.policies.list().some(({ decision, pattern, when }) => decision === 'block' && !when && covers(pattern, some));
}

async function toolsFor({ surface: { runtime }, through: { namespace, patterns } }: Place, principal: Principal) {
  return chosen(await runtime.tools.expose(namespace, principal), namespace, patterns);
}

function listedSchema(tool: Parameters<typeof listedTool>[0] | undefined): Record<string, unknown> | undefined {
  return tool && (listedTool(tool).inputSchema as Record<string, unknown>);
}
