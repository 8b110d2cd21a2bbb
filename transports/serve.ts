import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultError } from '../machines/schema/fault.ts';
import type { SourceInput } from '../machines/schema/source.ts';
import { createRuntime } from '../runtime/create.ts';
import { readDaemonFile, removeDaemonFile, writeDaemonFile } from '../runtime/daemon-file.ts';
import { resolveDataDir } from '../runtime/data-dir.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createApp } from './http/app.ts';
import { compileDoors } from './http/body.ts';
import { type Doors, isLoopbackHost } from './http/guard.ts';
import { prefixOf, takeOff } from './http/sub-path.ts';
import type { McpEndpoint } from './mcp/endpoint.ts';
import { serveUi } from './ui.ts';
import { serveSockets } from './ws.ts';

export const DEFAULT_PORT = 4788;
/** So long after the start the doors that nobody has come to yet are compiled. */
const WARM_MS = 100;

export interface ServeOptions {
  /** EXECUTOR_DATA_DIR, else the platform's directory. */
  dataDir?: string;
  /** EXECUTOR_HOST, else 127.0.0.1. */
  host?: string;
  /** EXECUTOR_PORT, else 4788, else a free one when that is taken. 0 is any free port. */
  port?: number;
  /** No tokenless access, not even over loopback. */
  requireToken?: boolean;
  /** Further names this server is reached by. */
  allowedHosts?: string[];
  /** Where the built UI is; beside the bundle unless told. False serves none. */
  ui?: string | false;
  /** Sources that may be added with one click. */
  suggestions?: { title: string; description: string; input: SourceInput }[];
  log?: (line: string) => void;
  onFatal?: (error: unknown) => void;
}

export interface Serving {
  url: string;
  token: string;
  runtime: Runtime;
  createSignInLink(): Promise<string>;
  close(): Promise<void>;
  /** Resolves once the server has been closed, by whomever. */
  closed: Promise<void>;
}

/**
 * Opens the data directory, listens, and says so in `daemon.json`. When it resolves, every route answers.
 * @throws FaultError internal when another daemon holds the directory, or the address is taken; invalid_arguments for an open bind
 */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  process.umask(0o077);
  const { log = () => {}, suggestions = [] } = options;
  const dataDir = options.dataDir ?? resolveDataDir();
  const host = options.host ?? process.env.EXECUTOR_HOST ?? '127.0.0.1';
  const publicUrl = process.env.EXECUTOR_PUBLIC_URL?.replace(/\/+$/, '') || undefined;
  const allowedHosts = (options.allowedHosts ?? []).map(name => name.toLowerCase());
  checkBind(host, publicUrl, allowedHosts);

  let port = 0;
  const local = () => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const base = () => publicUrl ?? local();
  const runtime = await holding(dataDir, () =>
    createRuntime({
      dataDir,
      base,
      local,
      allowPrivate: process.env.EXECUTOR_ALLOW_PRIVATE === '1',
      ...(process.env.OTEL_EXPORTER_OTLP_ENDPOINT && { otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT }),
      log,
      ...(options.onFatal && { onFatal: options.onFatal }),
    }),
  );
  const server = createServer({ keepAliveTimeout: 65_000 });
  try {
    const doors: Doors = {
      host,
      port: () => port,
      publicUrl,
      allowedHosts,
      requireToken: options.requireToken ?? !isLoopbackHost(host),
    };
    const http = { runtime, doors, base };
    let ending: Promise<void> | undefined;
    let endpoint: Promise<McpEndpoint> | undefined;
    let opened: McpEndpoint | undefined;
    // The SDK takes a while to load: not before somebody speaks MCP.
    const mcp = () => {
      endpoint ??= import('./mcp/endpoint.ts').then(({ createMcpEndpoint }) => {
        opened = createMcpEndpoint({ runtime, baseUrl: base });
        return opened;
      });
      return endpoint;
    };
    const directory = options.ui ?? join(fileURLToPath(new URL('.', import.meta.url)), 'ui');
    const prefix = prefixOf(publicUrl);
    for (const event of ['request', 'upgrade']) server.on(event, (req: IncomingMessage) => takeOff(prefix, req));
    const sockets = serveSockets(server, http);
    createApp({
      server,
      http,
      mcp,
      ui: directory === false || !existsSync(directory) ? undefined : serveUi(directory, prefix),
      lifecycle: {
        shutdown: () => setImmediate(close),
        stopping: () => ending !== undefined,
        suggestions: () => suggestions,
        open: () => ({ sockets: sockets.size, mcpSessions: opened?.sessionCount ?? 0 }),
      },
    });

    const wanted = options.port ?? (process.env.EXECUTOR_PORT ? Number(process.env.EXECUTOR_PORT) : undefined);
    port = await listen(server, host, wanted);
    writeDaemonFile(dataDir, { pid: process.pid, url: local(), version: runtime.version, startedAt: new Date().toISOString() });
    log(`serving ${base()} from ${dataDir}`);
    setTimeout(compileDoors, WARM_MS).unref();

    let end = () => {};
    const closed = new Promise<void>(resolve => {
      end = resolve;
    });
    function close(): Promise<void> {
      ending ??= (async () => {
        const stopped = new Promise(resolve => server.close(resolve));
        sockets.close();
        await opened?.close();
        server.closeIdleConnections();
        await runtime.close();
        server.closeAllConnections();
        await stopped;
        removeDaemonFile(dataDir);
        end();
      })();
      return ending;
    }
    return {
      url: local(),
      token: runtime.token,
      runtime,
      createSignInLink: async () => `${base()}/#/session?code=${(await runtime.sessions.createLink()).code}`,
      close,
      closed,
    };
  } catch (error) {
    server.close();
    await runtime.close();
    throw error;
  }
}

/** Says who holds the directory when somebody does. */
async function holding(dataDir: string, open: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof FaultError) || error.details?.reason !== 'locked') throw error;
    const holder = readDaemonFile(dataDir);
    const who = holder ? `: process ${holder.pid}, at ${holder.url}` : '';
    throw new FaultError('internal', `another daemon holds ${dataDir}${who}`, { cause: error, details: { ...error.details, ...holder } });
  }
}

function checkBind(host: string, publicUrl: string | undefined, allowedHosts: string[]): void {
  if (publicUrl !== undefined && !URL.canParse(publicUrl))
    throw new FaultError('invalid_arguments', `EXECUTOR_PUBLIC_URL is no address: ${publicUrl}`);
  if (isLoopbackHost(host)) return;
  if (publicUrl === undefined || allowedHosts.length === 0) {
    throw new FaultError(
      'invalid_arguments',
      `binding to ${host} opens this machine's keys to the network: put a TLS proxy before it and say its address in EXECUTOR_PUBLIC_URL, with --allowed-host for each name it is reached by`,
    );
  }
}

/** Listens on the port asked for; when none was and the usual one is taken, on a free one. */
async function listen(server: Server, host: string, wanted: number | undefined): Promise<number> {
  const attempt = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve((server.address() as { port: number }).port);
      });
    });
  try {
    return await attempt(wanted ?? DEFAULT_PORT);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (wanted === undefined && code === 'EADDRINUSE') return attempt(0);
    throw new FaultError(
      'internal',
      `cannot listen on ${host}:${wanted ?? DEFAULT_PORT}: ${code === 'EADDRINUSE' ? 'the port is taken' : code}`,
      {
        cause: error,
        details: { reason: code },
      },
    );
  }
}
