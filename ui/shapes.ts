import type { SourceInput } from '../machines/schema/source.ts';
import type { JsonSchema, ToolHit } from '../machines/schema/tool.ts';

/** What the routes answer, where no schema of the machines says it already. */
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
