/**
 * What `import { createExecutor } from 'executor'` gives. This file imports nothing: it is also the package's declaration file.
 */

export interface ExecutorOptions {
  /** Where everything is kept; one runtime per directory. It is made, for its owner alone, when it is not there. */
  dataDir: string;
  /** Every source may reach private addresses. */
  allowPrivate?: boolean;
  /** Hears what a daemon would write to its log. */
  log?: (line: string) => void;
  /** Told when the store can no longer be written. Nothing may act after that; without it the error is thrown. */
  onFatal?: (error: unknown) => void;
}

export interface Fault {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** Thrown for what leaves no execution: a wrong argument, an unknown tool. `code` is of the closed list. */
export interface FaultErrorLike extends Error {
  code: string;
  details?: Record<string, unknown>;
}

export interface SourceRequest {
  url?: string;
  /** A document: its text, or its object. */
  spec?: unknown;
  kind?: 'openapi' | 'graphql' | 'mcp';
  namespace?: string;
  baseUrl?: string;
  /** Sealed at rest; they go to the source's own origins only. */
  headers?: Record<string, string>;
  allowPrivate?: boolean;
}

export interface Source {
  namespace: string;
  kind: string | null;
  name: string;
  state: string;
  toolCount: number;
  revision: number;
  baseUrl?: string;
  error?: Fault;
  warnings?: string[];
}

export interface ToolHit {
  path: string;
  source: string;
  description: string;
  effect: 'read' | 'write' | 'destructive';
  signature: string;
}

export interface ToolDescription {
  path: string;
  source: string;
  title: string;
  description: string;
  effect: 'read' | 'write' | 'destructive';
  inputSchema: unknown;
  outputSchema?: unknown;
  typescript: string;
  sample: unknown;
}

export interface Interaction {
  id: string;
  executionId: string;
  kind: 'approval' | 'login' | 'form' | 'unknown_outcome';
  message: string;
  request?: unknown;
  url?: string;
  schema?: unknown;
  expiresAt?: string;
  settledAt?: string;
  action?: string;
  by?: string;
}

export interface Execution {
  id: string;
  kind: 'call' | 'program';
  state: string;
  tool?: string;
  parent?: string;
  principal: string;
  input: unknown;
  result?: unknown;
  error?: Fault;
  interactions: Interaction[];
  startedAt: string;
  endedAt?: string;
}

/** `seconds`: wait at most so long (300 when not given) for it to be settled or to wait for a person. */
export interface Waiting {
  seconds?: number;
  signal?: AbortSignal;
}

export interface CallOptions extends Waiting {
  connection?: string;
  /** The same call with the same key is the same execution, for 24 hours. */
  idempotencyKey?: string;
}

export interface Answer {
  action: 'accept' | 'decline' | 'cancel' | 'run_again' | 'happened' | 'give_up';
  interaction?: string;
  content?: Record<string, unknown>;
  note?: string;
  remember?: string;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** A change that is on disk. `cursor` is the store-wide commit number. */
export type Change = { id: string; seq: number; cursor: number } & (
  | { topic: 'sources'; view: Source }
  | { topic: 'executions'; view: Execution }
);

/** The runtime in this process, with its owner's rights: the same as behind a daemon, without HTTP. */
export interface Executor {
  readonly version: string;
  readonly dataDir: string;
  sources: {
    /** Adds a source and waits until it is ready or has failed. */
    add(request: SourceRequest): Promise<Source>;
    list(): Source[];
    get(namespace: string): Source;
    refresh(namespace: string): Promise<{ added: string[]; changed: string[]; removed: string[]; held: string[] }>;
    remove(namespace: string): Promise<void>;
  };
  tools: {
    search(query: string, options?: { source?: string; limit?: number; cursor?: string }): Promise<Page<ToolHit>>;
    describe(path: string): Promise<ToolDescription>;
  };
  /** Calls a tool. An execution that waits for a person is returned as it waits; `resume` answers it. */
  call(path: string, input?: Record<string, unknown>, options?: CallOptions): Promise<Execution>;
  /** Runs a program. */
  run(code: string, options?: Waiting & { timeoutMs?: number }): Promise<Execution>;
  executions: {
    get(id: string): Execution;
    list(filter?: {
      state?: string;
      tool?: string;
      source?: string;
      q?: string;
      limit?: number;
      cursor?: string;
    }): Promise<Page<Execution>>;
    wait(id: string, waiting?: Waiting): Promise<Execution>;
    /** Answers what an execution waits for, and waits for what follows. */
    resume(id: string, answer: Answer, waiting?: Waiting): Promise<Execution>;
    cancel(id: string): Promise<Execution>;
    /** The whole result, however large. */
    result(id: string): Promise<unknown>;
  };
  policies: {
    set(pattern: string, decision: 'allow' | 'ask' | 'block'): Promise<void>;
    list(): { id: string; pattern: string; decision: string }[];
    remove(id: string): Promise<void>;
  };
  /** Hears of every change once it is on disk. Returns the way to stop. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Parks what runs, stores it and closes; the next runtime on the directory goes on with it. */
  close(): Promise<void>;
}
