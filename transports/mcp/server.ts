import { createHmac } from 'node:crypto';
import { createRequestStateCodec, type RequestStateCodec, Server, type ServerContext } from '@modelcontextprotocol/server';
import { reachesSource } from '../../runtime/principals.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { traceparentOf } from '../../runtime/tracing/trace-context.ts';
import { answerOf } from './answer.ts';
import type { Asked, Asking, Elicitation, Hold } from './asking.ts';
import { GUIDE, INSTRUCTIONS, readGuide } from './guide.ts';
import { readable } from './preview.ts';
import { aboutIn, principalOf } from './principal.ts';
import { withShown } from './shown.ts';
import { TASK_CAPABILITIES } from './tasks/capabilities.ts';
import { declaresTasks, serveTasks } from './tasks/methods.ts';
import { dispatch, listed } from './tools.ts';

/** What every server instance of one endpoint shares. */
export interface Surface {
  runtime: Runtime;
  baseUrl: () => string;
  hold: Hold;
  state: RequestStateCodec<Asked>;
}

/** The `_meta` key under which a bridge names a call, so that sending it again after a crash finds the same execution. */
export const IDEMPOTENCY_META_KEY = 'executor/idempotencyKey';

/** How long a 2026-07-28 client may keep a list: the descriptions name the sources, and those change. */
const LIST_TTL_MS = 10_000;

/** How long the user of a 2025 client may look at a question before the call is answered with `paused`. */
const ANSWER_MS = 600_000;

/** How long the user of a 2026-07-28 client may: as long as approvals are kept. */
const STATE_SECONDS = 30 * 24 * 3600;

/**
 * One server instance: of one session (2025 revisions) or of one request (2026-07-28). It holds no state of its own: who asks comes
 * with each request, executions belong to principals, and nothing is lost when the instance goes.
 */
export function createServer(surface: Surface): Server {
  const { runtime } = surface;
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: 'private' as const };
  const server = new Server(
    { name: 'executor', title: 'executor', version: runtime.version },
    {
      capabilities: { tools: { listChanged: true }, prompts: {}, resources: {}, ...TASK_CAPABILITIES },
      instructions: INSTRUCTIONS,
      requestState: { verify: surface.state.verify },
      inputRequired: { legacyShim: false },
      cacheHints: {
        'tools/list': hint,
        'prompts/list': hint,
        'resources/list': hint,
        'resources/templates/list': hint,
        'resources/read': hint,
      },
    },
  );
  const sourcesFor = (ctx: ServerContext) => {
    const principal = principalOf(ctx, undefined);
    return runtime.sources.list().filter(({ namespace }) => reachesSource(principal, namespace));
  };
  server.setRequestHandler('tools/list', (_, ctx) => {
    const client = server.getClientVersion();
    if (client) runtime.clients.heard(client);
    return { tools: listed(sourcesFor(ctx)) };
  });
  server.setRequestHandler('prompts/list', () => ({ prompts: [] }));
  server.setRequestHandler('resources/list', () => ({ resources: [GUIDE] }));
  server.setRequestHandler('resources/read', ({ params: { uri } }, ctx) => readGuide(uri, sourcesFor(ctx)));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('tools/call', ({ params }, ctx) =>
    dispatch(params.name, params.arguments, inCall(askingOf(surface, server, ctx), params, server, ctx)),
  );
  serveTasks(server, { askingOf: ctx => askingOf(surface, server, ctx) });
  return server;
}

/** What a `tools/call` adds: whether a task is taken for an answer. Then nothing is held long, and nobody needs to be kept informed. */
export function inCall(asking: Asking, params: { task?: unknown }, server: Server, ctx: ServerContext): Asking {
  const atOnce = !ctx.mcpReq.envelope;
  if (atOnce ? params.task === undefined : !declaresTasks(server)) return asking;
  const seconds = atOnce ? 0 : asking.hold.taskSeconds;
  return { ...asking, task: { atOnce }, progress: undefined, hold: { ...asking.hold, seconds, personSeconds: seconds } };
}

/** What a request brings with it, for whoever answers it. */
export function askingOf(surface: Surface, server: Server, ctx: ServerContext): Asking {
  const { _meta: meta, signal, notify } = ctx.mcpReq;
  const progressToken = meta?.progressToken;
  const key = meta?.[IDEMPOTENCY_META_KEY];
  const about = aboutIn(ctx.http?.authInfo);
  const asking: Asking = {
    runtime: surface.runtime,
    principal: principalOf(ctx, server.getClientVersion()?.name),
    baseUrl: surface.baseUrl(),
    hold: surface.hold,
    signal,
    progress:
      progressToken === undefined
        ? undefined
        : (progress, message) => notify({ method: 'notifications/progress', params: { progressToken, progress, message } }),
    elicitation: elicitationOf(surface, server, ctx),
    ...(about && { about: executionId => about(ctx.mcpReq.id, executionId) }),
    ...traceparentOf(meta?.traceparent),
    idempotencyKey: typeof key === 'string' && key.length <= 256 ? key : undefined,
    answer: async view => withShown(answerOf(await readable(view, asking), asking.baseUrl), view, asking),
  };
  return asking;
}

/** What this client can put to its user, and how its revision does it. */
function elicitationOf({ state }: Surface, server: Server, ctx: ServerContext): Elicitation {
  const { envelope, inputResponses, signal } = ctx.mcpReq;
  const declared = server.getClientCapabilities()?.elicitation;
  const able = {
    form: declared !== undefined && (declared.form !== undefined || declared.url === undefined),
    url: declared?.url !== undefined,
  };
  if (!envelope) {
    const ask: Elicitation['ask'] = params => ctx.mcpReq.send({ method: 'elicitation/create', params }, { timeout: ANSWER_MS, signal });
    return { ...able, ask };
  }
  const asked = ctx.mcpReq.requestState<Asked>();
  return {
    ...able,
    seal: question => state.mint(question, ctx),
    ...(asked !== undefined && { answered: { asked, responses: inputResponses ?? {} } }),
  };
}

/**
 * Seals what travels through a client between the rounds of a request: for one principal, and with a key of its own that is the same
 * after a restart.
 */
export function requestStates(runtime: Runtime): RequestStateCodec<Asked> {
  return createRequestStateCodec<Asked>({
    key: createHmac('sha256', runtime.token).update('executor: MCP requestState').digest(),
    ttlSeconds: STATE_SECONDS,
    bind: ctx => ctx.http?.authInfo?.clientId ?? '',
  });
}
