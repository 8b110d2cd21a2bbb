import type { CallContext, CallState, Interaction, LoginNeed } from '../machines/schema/call.ts';
import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';
import type { Stored } from '../machines/schema/reference.ts';
import type { SourceContext, SourceState, SourceView } from '../machines/schema/source.ts';
import { methodsOf, methodView } from './auth/methods.ts';
import type { Blobs } from './blobs.ts';

/** Views hold values up to this many bytes of JSON; of larger ones a preview (CONTRACT, section 8). */
const VIEW_BYTES = 64 * 1024;
const PREVIEW_CHARACTERS = 2048;

const SETTLED = new Set(['done', 'failed', 'denied', 'cancelled']);
const WAITING = new Set(['awaitingApproval', 'authenticating', 'paused']);

/** Whether nothing more will happen. */
export const isSettled = (state: string): boolean => SETTLED.has(state);
/** Whether it waits for a person. */
export const isWaiting = (state: string): boolean => WAITING.has(state);

/** A value, or of one larger than `most` bytes its beginning and what gives the rest. */
export function shownValue(
  stored: Stored,
  { blobs, most = VIEW_BYTES, page }: { blobs: Blobs; most?: number | undefined; page?: string },
): unknown {
  if ('value' in stored || stored.bytes <= most) return blobs.value(stored);
  return { truncated: true, bytes: stored.bytes, preview: blobs.text(stored).slice(0, PREVIEW_CHARACTERS), ...(page && { page }) };
}

/** The view of one call: the one producer of what every surface shows. */
export function executionView(
  { id, state, context }: { id: string; state: string; context: CallContext },
  { blobs, base, most }: { blobs: Blobs; base: () => string; most?: number },
): ExecutionView {
  const { principal } = context;
  const page = `GET ${base()}/api/executions/${id}/result with a Range header gives all of it`;
  const show = (stored: Stored, what: string): unknown => shownValue(stored, { blobs, most, ...(what === 'result' && { page }) });
  return {
    id,
    kind: 'call',
    state: state as CallState,
    tool: context.path,
    source: context.path.slice(0, context.path.indexOf('.')),
    principal: principal.id,
    input: show(context.input, 'input'),
    interactions: context.interactions.map(interaction => interactionView(id, interaction, base(), context.login)),
    startedAt: context.startedAt,
    ...(principal.client && { client: principal.client }),
    ...(context.parent && { parent: context.parent }),
    ...(context.step !== undefined && { step: context.step }),
    ...(context.askedInput && { askedInput: show(context.askedInput, 'input') }),
    ...(context.result && { result: show(context.result, 'result') }),
    ...(context.fault && { error: context.fault }),
    ...(context.http && { http: context.http }),
    ...(context.endedAt && { endedAt: context.endedAt }),
  };
}

function interactionView(
  executionId: string,
  { n, binding: _, contentHash: __, ...shown }: Interaction,
  base: string,
  login: LoginNeed | undefined,
): InteractionView {
  const isOpenLogin = shown.kind === 'login' && !shown.settledAt;
  return {
    id: `${executionId}.${n}`,
    executionId,
    ...shown,
    url: shown.url ?? `${base}/resume/${executionId}`,
    ...(isOpenLogin && login && { login }),
  };
}

/** The view of one source. */
export function sourceView(
  { id, state, context }: { id: string; state: string; context: SourceContext },
  progress?: { done: number; total: number },
  outage?: SourceView['outage'],
): SourceView {
  const { catalogued } = context;
  const baseUrl = context.baseUrl ?? catalogued?.baseUrl;
  return {
    namespace: id,
    kind: context.kind ?? context.wantedKind ?? null,
    name: context.name,
    state: state as SourceState,
    toolCount: catalogued?.toolCount ?? 0,
    revision: catalogued?.revision ?? 0,
    allowPrivate: context.allowPrivate,
    addedAt: context.addedAt,
    ...(baseUrl && { baseUrl }),
    ...('url' in context.origin && { url: context.origin.url }),
    ...('command' in context.origin && context.origin),
    ...(context.env && { env: context.env.names }),
    ...(context.trusted && { trusted: true }),
    ...(context.idempotent && { idempotent: context.idempotent }),
    ...(context.headers && { headers: context.headers.names }),
    ...(context.fault && { error: context.fault }),
    ...(catalogued && catalogued.warnings.length > 0 && { warnings: catalogued.warnings }),
    authMethods: methodsOf(context).map(methodView),
    ...(catalogued && { report: catalogued.report }),
    ...(progress && { progress }),
    ...(context.stale && { stale: true }),
    ...(outage && { outage }),
    ...(context.held && context.held.length > 0 && { held: context.held }),
    ...(context.refreshAt && { refreshAt: context.refreshAt }),
    ...(context.refreshedAt && { refreshedAt: context.refreshedAt }),
  };
}
