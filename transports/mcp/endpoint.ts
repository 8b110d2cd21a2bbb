import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../machines/schema/principal.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Hold } from './asking.ts';
import { Door } from './door.ts';
import { Passthroughs } from './passthrough/passthroughs.ts';
import { createServer, requestStates, type Surface } from './server.ts';
import { changesOf } from './tasks/listening.ts';
import { listed } from './tools.ts';

const HOUR_MS = 3_600_000;
const HOLD: Hold = { seconds: 50, personSeconds: 20, progressSeconds: 600, progressEverySeconds: 10, taskSeconds: 5 };
const SESSIONS = { idleMs: 8 * HOUR_MS, max: 2000 };

/** Sources change in bursts (an import, a refresh of all); clients are told once. */
const CHANGES_SETTLE_MS = 500;

export interface McpEndpointOptions {
  runtime: Runtime;
  /** The base of links given to people, without a trailing slash; read at each use. */
  baseUrl: () => string;
  /** When a session ends: after 8 hours idle, or when 2,000 others were used since. */
  sessions?: Partial<{ idleMs: number; max: number }>;
  /** How long requests are held open. */
  hold?: Partial<Hold>;
}

/** Which source `/mcp/<namespace>?tools=<pattern,…>` asks for, and which of its tools. */
export interface Through {
  namespace: string;
  patterns: string[];
}

export interface McpEndpoint {
  /**
   * Answers a GET, POST or DELETE of `/mcp`, or with `through` of `/mcp/<namespace>`, whose Host and Origin are checked and whose principal
   * is known. Never rejects.
   */
  handle(req: IncomingMessage, res: ServerResponse, context: { principal: Principal; through?: Through; body?: unknown }): Promise<void>;
  /** Ends streams and sessions; executions go on. */
  close(): Promise<void>;
  /** How many sessions of 2025-era clients are open. */
  readonly sessionCount: number;
}

/** The MCP endpoint: our own few tools at `/mcp`, and each source as it is at `/mcp/<namespace>` (CONTRACT, section 7). */
export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { runtime } = options;
  const surface: Surface = {
    runtime,
    baseUrl: options.baseUrl,
    hold: { ...HOLD, ...options.hold },
    state: requestStates(runtime),
  };
  const limits = { ...SESSIONS, ...options.sessions, streams: runtime.streams };
  const door = new Door(() => createServer(surface), limits, changesOf(runtime));
  const passthroughs = new Passthroughs(surface, limits);
  const stopTelling = tellOfChanges(runtime, () => door.toolsChanged());
  const stopRevoking = runtime.tokens.onRevoked(id => {
    void door.sessions.closeOf(id);
    passthroughs.closeOf(id);
  });

  return {
    handle: (req, res, { through, ...context }) =>
      through ? passthroughs.handle(req, res, through, context) : door.handle(req, res, context),
    async close() {
      stopTelling();
      stopRevoking();
      await Promise.all([door.close(), passthroughs.close()]);
    },
    get sessionCount() {
      return door.sessions.size + passthroughs.sessionCount;
    },
  };
}

/** Calls `tell` when the descriptions that `tools/list` gives have changed. */
function tellOfChanges(runtime: Runtime, tell: () => void): () => void {
  const told = () => JSON.stringify(listed(runtime.sources.list()));
  let last = told();
  let timer: NodeJS.Timeout | undefined;
  const stop = runtime.subscribe(change => {
    if (change.topic !== 'sources' || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      const now = told();
      if (now === last) return;
      last = now;
      tell();
    }, CHANGES_SETTLE_MS);
    timer.unref();
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
