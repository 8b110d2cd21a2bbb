import { useCallback, useEffect, useState } from 'react';
import type { Chart } from '../machines/chart.ts';
import type { AuditEntry } from '../machines/schema/audit.ts';
import type { Config, ConfigChange, ConfigOutcome, ConfigRequest } from '../machines/schema/config.ts';
import type { ConnectionInput, ConnectionView } from '../machines/schema/connection.ts';
import type { ExecutionView, JournalStep, LogEntry, ProgramOutput, ResumeInput } from '../machines/schema/execution.ts';
import type { Policy, Rule } from '../machines/schema/policy.ts';
import type { TokenInput, TokenView } from '../machines/schema/principal.ts';
import type { Settings, SettingsPatch } from '../machines/schema/settings.ts';
import type { Candidate, Diff, SourceInput, SourcePatch, SourceView } from '../machines/schema/source.ts';
import type { JsonSchema, ToolHit } from '../machines/schema/tool.ts';
import { base } from './base.ts';
import { credentials } from './session.ts';
import { store, useStore } from './store.ts';

/** A refusal of the daemon, as data. `offline` stands for "no answer at all". */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: string, message: string, status: number, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export interface Page<T> {
  items: T[];
  nextCursor?: string;
}
export interface ConnectInfo {
  mcpUrl: string;
  httpUrl: string;
  stdioCommand: string[];
  version: string;
}
export interface Suggestion {
  title: string;
  description: string;
  input: SourceInput;
}
export interface ToolDescription {
  path: string;
  source: string;
  title?: string;
  description: string;
  effect: 'read' | 'write' | 'destructive';
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema;
  typescript: string;
  sample: unknown;
  policy?: { decision: 'allow' | 'ask' | 'block'; rule: string; pattern?: string };
}
/** One actor of the visualizer's lists. */
export interface ActorSummary {
  actor: string;
  kind: string;
  id: string;
  label?: string;
  state: string;
  seq: number;
  at: string;
  version: number;
  reason?: string;
}
export interface ActorDetail extends ActorSummary {
  context: unknown;
  status: string;
  effects: { id: string; src: string; input?: unknown }[];
}
export interface MachineSummary {
  kind: string;
  version: number;
  states: { name: string; tags: string[]; final: boolean; count: number; more?: true }[];
}
/** What the daemon's self-check found. */
export interface Diagnosis {
  ok: boolean;
  actors: number;
  differences: { kind: string; id: string; found: string[] }[];
  quarantined: { kind: string; id: string; reason: string }[];
  openClaims: { executionId: string }[];
}
/** A catalog in little room: its tools by what stands before their last segment. */
export interface Outline {
  total: number;
  groups: { path: string; tools: [name: string, effect: ToolHit['effect'], description: string][] }[];
}
/** What is decided of a tool, and by which rule. */
export interface Decided {
  path: string;
  decision?: 'allow' | 'ask' | 'block';
  rule?: string;
  pattern?: string;
  error?: string;
}
/** What a rule would change of what is decided now. */
export interface Preview {
  covers: number;
  changes: number;
  tools: { path: string; before: 'allow' | 'ask' | 'block'; after: 'allow' | 'ask' | 'block'; sometimes?: true }[];
}
export interface ExecutionQuery {
  state?: string;
  q?: string;
  tool?: string;
  source?: string;
  principal?: string;
  parent?: string;
  limit?: number;
  cursor?: string;
}
/** The recorded calls that a rule would have decided otherwise. */
export interface Simulation {
  days: number;
  examined: number;
  decides: number;
  differs: number;
  items: {
    executionId: string;
    tool: string;
    principal: string;
    at: string;
    state: string;
    was: { decision: 'allow' | 'ask' | 'block' };
    would: { decision: 'allow' | 'ask' | 'block' };
  }[];
}
export interface AuditVerdict {
  ok: boolean;
  entries: number;
  head: string;
  problem?: { seq: number; reason: string };
}
/** What `invoke` answers: the tool's result or failure, or that it waits (CONTRACT, section 4). */
export interface Envelope {
  ok: boolean;
  data?: unknown;
  executionId?: string;
  http?: { status: number; headers: Record<string, string> };
  error?: { code: string; message: string; executionId?: string; details?: Record<string, unknown>; [more: string]: unknown };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to the daemon. Throws an `ApiError` for every answer that is not a success. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const reply = await send(method, path, body, signal);
  if (reply.status === 204) return undefined as T;
  let answer: unknown;
  try {
    answer = await reply.json();
  } catch (error) {
    // Given up, or broken off in the middle: neither is an answer.
    if (signal?.aborted) throw error;
    if (reply.ok) throw new ApiError('offline', 'The answer of the daemon broke off. Try again.', 0);
  }
  if (reply.ok) return answer as T;
  const error = (answer as { error?: { code?: string; message?: string; details?: Record<string, unknown> } } | undefined)?.error;
  if (reply.status === 401) store.trigger.session({ state: 'none' });
  throw new ApiError(error?.code ?? 'internal', error?.message ?? `The daemon answered ${reply.status}.`, reply.status, error?.details);
}

/** Saves what a route answers as a file. */
export async function download(path: string, name: string): Promise<void> {
  const reply = await send('GET', path, undefined, undefined);
  if (!reply.ok) throw new ApiError('internal', `The daemon answered ${reply.status}.`, reply.status);
  saveBlob(await reply.blob(), name);
}

/** Saves a text as a file. */
export function save(text: string, name: string): void {
  saveBlob(new Blob([text], { type: 'application/json' }), name);
}

function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function send(method: Method, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const headers = { ...credentials(), ...(body !== undefined && { 'content-type': 'application/json' }) };
  try {
    return await fetch(base + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('offline', 'The daemon does not answer. Is it running? Try: executor daemon status', 0);
  }
}

const at = encodeURIComponent;
const search = (query: Record<string, string | number | undefined>) => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : '';
};

/** The routes the UI speaks. */
export const api = {
  connect: (signal?: AbortSignal) => request<ConnectInfo>('GET', '/api/connect', undefined, signal),
  suggestions: (signal?: AbortSignal) => request<Page<Suggestion>>('GET', '/api/suggestions', undefined, signal),
  detect: (input: { url: string; allowPrivate?: boolean }, signal?: AbortSignal) =>
    request<{ candidates: Candidate[] }>('POST', '/api/detect', input, signal),
  addSource: (input: SourceInput) => request<SourceView>('POST', '/api/sources', input),
  refreshSource: (namespace: string) => request<Diff>('POST', `/api/sources/${at(namespace)}/refresh`, {}),
  removeSource: (namespace: string) => request<void>('DELETE', `/api/sources/${at(namespace)}`),
  tools: (query: { q?: string; source?: string; limit?: number; cursor?: string }, signal?: AbortSignal) =>
    request<Page<ToolHit>>('GET', `/api/tools${search(query)}`, undefined, signal),
  outline: (query: { source?: string; q?: string }, signal?: AbortSignal) =>
    request<Outline>('GET', `/api/outline${search(query)}`, undefined, signal),
  decisions: (paths: readonly string[], signal?: AbortSignal) =>
    request<{ items: Decided[] }>('POST', '/api/outline/decisions', { paths }, signal),
  lastDiff: (namespace: string, signal?: AbortSignal) => request<Diff>('GET', `/api/sources/${at(namespace)}/diff`, undefined, signal),
  updateSource: (namespace: string, patch: SourcePatch) => request<SourceView>('PATCH', `/api/sources/${at(namespace)}`, patch),
  previewPolicy: (rule: Rule, signal?: AbortSignal) => request<Preview>('POST', '/api/policies/preview?limit=200', rule, signal),
  describe: (path: string, signal?: AbortSignal) => request<ToolDescription>('GET', `/api/tools/${at(path)}`, undefined, signal),
  invoke: (path: string, input: unknown, wait: number, connection = '') =>
    request<Envelope>('POST', `/api/tools/invoke/${at(path)}${search({ wait, connection })}`, input),
  executions: (query: ExecutionQuery, signal?: AbortSignal) =>
    request<Page<ExecutionView>>('GET', `/api/executions${search({ ...query })}`, undefined, signal),
  execution: (id: string, signal?: AbortSignal) => request<ExecutionView>('GET', `/api/executions/${at(id)}`, undefined, signal),
  log: (id: string, signal?: AbortSignal) => request<{ items: LogEntry[] }>('GET', `/api/executions/${at(id)}/log`, undefined, signal),
  result: (id: string) => request<unknown>('GET', `/api/executions/${at(id)}/result`),
  resume: (id: string, answer: ResumeInput, wait: number) =>
    request<ExecutionView>('POST', `/api/executions/${at(id)}/resume?wait=${wait}`, answer),
  journal: (id: string, query: { limit?: number; cursor?: string } = {}, signal?: AbortSignal) =>
    request<Page<JournalStep>>('GET', `/api/executions/${at(id)}/journal${search(query)}`, undefined, signal),
  output: (id: string, signal?: AbortSignal) => request<ProgramOutput>('GET', `/api/executions/${at(id)}/output`, undefined, signal),
  runProgram: (code: string, simulate = false) =>
    request<ExecutionView>('POST', '/api/executions', { code, ...(simulate && { simulate }) }),
  approvePlan: (id: string) => request<ExecutionView>('POST', `/api/executions/${at(id)}/approve-plan`, {}),
  fork: (id: string, step: number, code?: string) =>
    request<ExecutionView>('POST', `/api/executions/${at(id)}/fork`, { step, ...(code !== undefined && { code }) }),
  cancel: (id: string) => request<ExecutionView>('POST', `/api/executions/${at(id)}/cancel`, {}),
  machines: (signal?: AbortSignal) => request<Page<MachineSummary>>('GET', '/api/machines', undefined, signal),
  chart: (kind: string, signal?: AbortSignal) =>
    request<Chart & { version: number }>('GET', `/api/machines/${at(kind)}`, undefined, signal),
  actors: (query: { kind?: string; state?: string; limit?: number; cursor?: string }, signal?: AbortSignal) =>
    request<Page<ActorSummary>>('GET', `/api/actors${search(query)}`, undefined, signal),
  actor: (id: string, signal?: AbortSignal) => request<ActorDetail>('GET', `/api/actors/${at(id)}`, undefined, signal),
  settings: (signal?: AbortSignal) => request<Settings>('GET', '/api/settings', undefined, signal),
  saveSettings: (patch: SettingsPatch) => request<Settings>('PATCH', '/api/settings', patch),
  exportConfig: (signal?: AbortSignal) => request<Config>('GET', '/api/config', undefined, signal),
  planConfig: (body: ConfigRequest) => request<{ changes: ConfigChange[] }>('POST', '/api/config/plan', body),
  applyConfig: (body: ConfigRequest) => request<ConfigOutcome>('POST', '/api/config', body),
  doctor: () => request<Diagnosis>('GET', '/api/doctor'),
  simulate: (rule: Rule, days: number) => request<Simulation>('POST', '/api/policies/simulate', { ...rule, days, limit: 100 }),
  connections: (source?: string, signal?: AbortSignal) =>
    request<Page<ConnectionView>>('GET', `/api/connections${search({ source })}`, undefined, signal),
  connection: (source: string, name: string, wait: number, signal?: AbortSignal) =>
    request<ConnectionView>('GET', `/api/connections/${at(source)}/${at(name)}?wait=${wait}`, undefined, signal),
  connectSource: (input: ConnectionInput) => request<ConnectionView>('POST', '/api/connections', input),
  disconnect: (source: string, name: string) => request<void>('DELETE', `/api/connections/${at(source)}/${at(name)}`),
  tokens: (signal?: AbortSignal) => request<Page<TokenView>>('GET', '/api/tokens', undefined, signal),
  createToken: (input: TokenInput) => request<{ id: string; token: string }>('POST', '/api/tokens', input),
  revokeToken: (id: string) => request<void>('DELETE', `/api/tokens/${at(id)}`),
  audit: (query: { q?: string; act?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    request<Page<AuditEntry>>('GET', `/api/audit${search(query)}`, undefined, signal),
  verifyAudit: () => request<AuditVerdict>('GET', '/api/audit/verify'),
  policies: (signal?: AbortSignal) => request<{ items: Policy[] }>('GET', '/api/policies', undefined, signal),
  setPolicy: (rule: Rule) => request<Policy>('PUT', '/api/policies', rule),
  removePolicy: (id: string) => request<void>('DELETE', `/api/policies/${at(id)}`),
};

export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  reload: () => void;
}

/**
 * Something fetched, under a key: fetched again when the key changes, on `reload`, and after each reconnection.
 * The last answer for the same key stays visible meanwhile, so that nothing flickers.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const epoch = useStore(context => context.epoch);
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError }>({ key });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for everything `load` closes over.
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      data => setState({ key, data }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState(old => ({ ...(old.key === key ? old : { key }), error: toApiError(error) }));
      },
    );
    return () => abort.abort();
  }, [key, epoch, turn]);
  const reload = useCallback(() => setTurn(n => n + 1), []);
  const current = state.key === key ? state : undefined;
  return { data: current?.data, error: current?.error, reload };
}

/** Whatever was thrown, as an `ApiError`. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('internal', error instanceof Error ? error.message : String(error), 0);
}
