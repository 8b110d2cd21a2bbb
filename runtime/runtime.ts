import type { Writable } from 'node:stream';
import type { CallState } from '../machines/schema/call.ts';
import type { Config, ConfigChange, ConfigOutcome, ConfigRequest } from '../machines/schema/config.ts';
import type { ConnectionInput, ConnectionView } from '../machines/schema/connection.ts';
import type { ExecutionView, ForkRequest, JournalStep, LogEntry, ProgramOutput, ResumeInput } from '../machines/schema/execution.ts';
import type { Policy, Rule, Verdict } from '../machines/schema/policy.ts';
import type { Principal, TokenInput, TokenView } from '../machines/schema/principal.ts';
import type { Settings, SettingsPatch } from '../machines/schema/settings.ts';
import type { Candidate, Diff, SourceInput, SourcePatch, SourceView } from '../machines/schema/source.ts';
import type { JsonSchema, ToolHit } from '../machines/schema/tool.ts';
import type { ActorViews } from './actors.ts';
import type { Audit } from './audit.ts';
import type { Clients } from './clients.ts';
import type { Diagnosis } from './doctor.ts';
import type { Exported, ExportFormat } from './export/export.ts';
import type { ExposedTool } from './exposure.ts';
import type { Companion } from './kinds/calling.ts';
import type { Passthrough } from './kinds/mcp/passthrough.ts';
import type { Asked, Explanation } from './policy/desk.ts';
import type { Preview } from './policy/preview.ts';
import type { Simulation } from './policy/simulate.ts';
import type { StreamLog } from './streams.ts';

/** A page of a list; `nextCursor` is there while more follows. */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** What `describe` gives (CONTRACT, section 4). Schemas carry the definitions they need under `$defs`. */
export interface ToolDescription {
  path: string;
  source: string;
  title: string;
  description: string;
  effect: 'read' | 'write' | 'destructive';
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema;
  typescript: string;
  sample: unknown;
  policy: Verdict;
}

/** A call as a surface hands it in. */
export interface Invocation {
  path: string;
  input: unknown;
  principal: Principal;
  connection?: string;
  idempotencyKey?: string;
  /** The caller's trace and span, as W3C's `traceparent`. */
  traceparent?: string;
  /** The client that takes part in the call while it runs: nothing of it is stored. */
  companion?: Companion;
}

/** A program as a surface hands it in. */
export interface ProgramInvocation {
  code: string;
  principal: Principal;
  /** Milliseconds it may run; those in which it only waits for people do not count. */
  timeoutMs?: number;
  idempotencyKey?: string;
  /** The caller's trace and span, as W3C's `traceparent`. */
  traceparent?: string;
  /** Only try it out: reads are carried out, writes planned. */
  simulate?: boolean;
  /** The tried-out program whose approved plan this run keeps to, with what its randomness and clock come from. */
  plan?: string;
  seed?: string;
  clock?: string;
}

export interface ExecutionFilter {
  state?: CallState | 'pending';
  tool?: string;
  source?: string;
  parent?: string;
  principal?: string;
  /** Words, all of which must be found: of the tool, the input, the error code. */
  q?: string;
  /** ISO times between which it was started. */
  since?: string;
  until?: string;
  limit?: number;
  cursor?: string;
}

/** A committed change, as published. `cursor` is the store-wide commit number. */
export type Change = { id: string; seq: number; cursor: number; entries: readonly LogEntry[] } & (
  | { topic: 'sources'; view: SourceView }
  | { topic: 'executions'; view: ExecutionView }
  | { topic: 'connections'; view: ConnectionView }
);

/** How long to wait, and what ends the waiting early. */
export interface Waiting {
  seconds?: number;
  signal?: AbortSignal;
}

/**
 * Everything a surface may ask of the runtime. Each method checks the principal's role where one is given, throws a `FaultError`
 * from the closed list, and is the same for every surface: HTTP, MCP, CLI, UI.
 */
export interface Runtime {
  readonly version: string;
  readonly dataDir: string;
  /** The owner's bearer token. */
  readonly token: string;
  sources: {
    list(): SourceView[];
    get(namespace: string): SourceView;
    /** Adds a source and returns its view at once, in state `detecting`. */
    add(input: SourceInput, by?: Principal): Promise<SourceView>;
    /** Waits until the source is `ready` or `failed`, then gives its view. */
    wait(namespace: string, waiting?: Waiting): Promise<SourceView>;
    /** Changes what a person said of it, and fetches it again. */
    update(namespace: string, patch: SourcePatch, by?: Principal): Promise<SourceView>;
    refresh(namespace: string, by?: Principal): Promise<Diff>;
    /** What the revision that counts now changed beside the one before it. */
    lastDiff(namespace: string): Diff | undefined;
    remove(namespace: string, by?: Principal): Promise<void>;
    detect(input: { url: string; allowPrivate?: boolean }): Promise<{ candidates: Candidate[] }>;
  };
  connections: {
    /** All of them, or those of a source. */
    list(source?: string): ConnectionView[];
    get(source: string, name: string): ConnectionView;
    /** Connects an account, or begins a login: the view then has the link a person opens. */
    connect(input: ConnectionInput): Promise<ConnectionView>;
    /** The view once the login under way has come to something. */
    wait(source: string, name: string, waiting?: Waiting): Promise<ConnectionView>;
    /** Makes it the one that is used when a call names none. */
    prefer(source: string, name: string): Promise<ConnectionView>;
    /** Looks whether it works, by a cheap read of its source; everybody who asks at the same time hears of the same look. */
    check(source: string, name: string): Promise<ConnectionView>;
    /** Deletes the credential, and revokes it where the server offers that. */
    remove(source: string, name: string): Promise<void>;
    /** A browser came back from a login; resolves with what came of it. */
    callback(parameters: URLSearchParams): Promise<ConnectionView>;
  };
  tools: {
    search(query: { q?: string; source?: string; limit?: number; cursor?: string; principal: Principal }): Promise<Page<ToolHit>>;
    describe(path: string, principal: Principal): Promise<ToolDescription>;
    /** The tools of one source as it is shown by itself, in the order of their paths. @throws FaultError source_not_found */
    expose(namespace: string, principal: Principal): Promise<ExposedTool[]>;
    /** The catalog as an OpenAPI document or a TypeScript client: of one source, or everything that the principal may see. */
    export(format: ExportFormat, options: { source?: string; principal: Principal }): Promise<Exported>;
  };
  executions: {
    /** Starts a call; throws what leaves no row (`invalid_arguments`, `tool_not_found`). */
    invoke(invocation: Invocation): Promise<ExecutionView>;
    /** Starts a program and gives its view at once. */
    start(program: ProgramInvocation): Promise<ExecutionView>;
    /** Approves the plan of a tried-out program: starts the real run, which makes exactly those writes without asking. */
    approvePlan(id: string, principal: Principal): Promise<ExecutionView>;
    /** Starts a program that goes on from the journal of another one. */
    fork(id: string, request: ForkRequest, principal: Principal): Promise<ExecutionView>;
    /** The view once the execution is settled or waits for a person, or as it is after `seconds`. */
    wait(id: string, principal: Principal, waiting?: Waiting): Promise<ExecutionView>;
    get(id: string, principal: Principal): ExecutionView;
    list(filter: ExecutionFilter, principal: Principal): Promise<Page<ExecutionView>>;
    /** Answers an interaction; resolves when the answer is stored. The reply is the view then; `wait` for what follows. */
    resume(id: string, answer: ResumeInput, principal: Principal): Promise<ExecutionView>;
    cancel(id: string, principal: Principal): Promise<ExecutionView>;
    log(id: string, principal: Principal): Promise<{ items: LogEntry[] }>;
    /** A program's steps, in the order of asking. */
    journal(id: string, principal: Principal, page?: { limit?: number; cursor?: string }): Promise<Page<JournalStep>>;
    /** What a program has shown so far. */
    output(id: string, principal: Principal): Promise<ProgramOutput>;
    /** The whole result as JSON bytes. */
    result(id: string, principal: Principal): Promise<Uint8Array>;
  };
  policies: {
    list(): Policy[];
    /** `by` is who is put on record: the owner, unless told. */
    put(rule: Rule, by?: Principal): Promise<Policy>;
    remove(id: string, by?: Principal): Promise<void>;
    explain(path: string, asked?: Asked): Explanation;
    /** How many and which tools a rule would change. */
    preview(rule: Rule, limit?: number): Promise<Preview>;
    /** The recorded calls of the last days that a rule would have decided otherwise. */
    simulate(rule: Rule, days: number, limit?: number): Promise<Simulation>;
  };
  tokens: {
    list(): TokenView[];
    /** The token itself is given once, here. */
    create(input: TokenInput, by?: Principal): Promise<{ id: string; token: string }>;
    /** Ends it at once, also for what is open under it. */
    revoke(id: string, by?: Principal): Promise<void>;
    onRevoked(listener: (id: string) => void): () => void;
  };
  audit: Omit<Audit, 'tidy'>;
  principals: {
    /** The principal a bearer token stands for, or undefined. Constant-time. */
    authenticate(token: string): Principal | undefined;
    /** A principal that came earlier, as it is now; undefined when its token was revoked or has expired. */
    current(principal: Principal): Principal | undefined;
    /** Tokenless on loopback, and `executor mcp` without a token: role agent. */
    readonly local: Principal;
    readonly owner: Principal;
  };
  sessions: {
    /** A code valid once, for five minutes. */
    createLink(): Promise<{ code: string; expiresAt: string }>;
    /** Exchanges a code for the two halves of a UI session: one for the cookie, one for the page. */
    exchange(code: string): Promise<{ cookie: string; half: string } | undefined>;
    check(cookie: string, half: string): Principal | undefined;
  };
  /** What transports write down of their clients' streams. */
  streams: Omit<StreamLog, 'tidy'>;
  /** Configuration as code: everything that is set up, without secrets. */
  config: {
    export(): Promise<Config>;
    /** What applying a file would do. */
    plan(request: ConfigRequest): Promise<ConfigChange[]>;
    apply(request: ConfigRequest, by: Principal): Promise<ConfigOutcome>;
  };
  /** The visualizer's data. */
  actors: ActorViews;
  /** Who has connected over MCP since the start. */
  clients: Clients;
  maintenance: {
    diagnose(): Promise<Diagnosis>;
    /** Writes a consistent copy of everything; resolves with the number of entries. */
    backup(out: Writable, options: { withKey: boolean }): Promise<number>;
    /** Removes what is beyond the limits of the history now; resolves with how many executions that were. */
    tidy(): Promise<number>;
    settings(): Settings;
    updateSettings(patch: SettingsPatch, by?: Principal): Promise<Settings>;
  };
  /** Everything of an MCP source but its tools, as it is. @throws FaultError source_not_found */
  passthrough(namespace: string): Passthrough;
  /** Hears of every committed change, in commit order. Returns the way to stop. */
  subscribe(listener: (change: Change) => void): () => void;
  /** The newest commit number, and how many actors are in memory. */
  stats(): { cursor: number; actors: number; upstreamSessions: number; children: number };
  /** Stops accepting, parks what runs, flushes and closes. */
  close(): Promise<void>;
}
