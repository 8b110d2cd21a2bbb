import type { Chart } from '../machines/chart.ts';
import type { AuditEntry } from '../machines/schema/audit.ts';
import type { Config, ConfigChange, ConfigOutcome, ConfigRequest } from '../machines/schema/config.ts';
import type { ConnectionInput, ConnectionView } from '../machines/schema/connection.ts';
import type { ExecutionView, JournalStep, LogEntry, ProgramOutput, ResumeInput } from '../machines/schema/execution.ts';
import type { Policy, Rule } from '../machines/schema/policy.ts';
import type { TokenInput, TokenView } from '../machines/schema/principal.ts';
import type { Settings, SettingsPatch } from '../machines/schema/settings.ts';
import type { Candidate, Diff, SourceInput, SourcePatch, SourceView } from '../machines/schema/source.ts';
import type { ToolHit } from '../machines/schema/tool.ts';
import { request } from './request.ts';
import type {
  ActorDetail,
  ActorSummary,
  AuditVerdict,
  ConnectInfo,
  Decided,
  Diagnosis,
  Envelope,
  ExecutionQuery,
  MachineSummary,
  Outline,
  Page,
  Preview,
  Simulation,
  Suggestion,
  ToolDescription,
} from './shapes.ts';

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
  checkConnection: (source: string, name: string) =>
    request<ConnectionView>('POST', `/api/connections/${at(source)}/${at(name)}/check`, {}),
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
