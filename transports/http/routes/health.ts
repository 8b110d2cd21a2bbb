import type { Polka } from 'polka';
import { challengeAnswer } from '../../../runtime/token.ts';
import { readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

export interface Lifecycle {
  /** Stops the daemon once the answer is sent. */
  shutdown: () => void;
  /** True from the moment it is asked to stop: nothing new is taken. */
  stopping: () => boolean;
  /** What may be added with one click. */
  suggestions: () => unknown[];
  /** How many clients hold a stream or session open. */
  open: () => { sockets: number; mcpSessions: number };
}

/** Liveness, readiness, metrics, and what a client needs to connect. */
export function healthRoutes(app: Polka, http: Http, { shutdown, suggestions, open }: Lifecycle): void {
  const { runtime } = http;

  app.get('/healthz', (req, res) => {
    const { challenge } = req.query;
    const proof = challenge && challenge.length <= 200 ? { challenge: challengeAnswer(runtime.token, challenge) } : {};
    reply(res, 200, { ok: true, version: runtime.version, pid: process.pid, ...proof });
  });

  app.get('/readyz', (_req, res) => reply(res, 200, { ok: true }));

  app.get('/metrics', (_req, res) => {
    const { sockets, mcpSessions } = open();
    const { actors, cursor } = runtime.stats();
    const gauges = {
      executor_actors_in_memory: actors,
      executor_commits_total: cursor,
      executor_sources: runtime.sources.list().length,
      executor_websockets: sockets,
      executor_mcp_sessions: mcpSessions,
      process_resident_memory_bytes: process.memoryUsage.rss(),
      process_uptime_seconds: Math.round(process.uptime()),
    };
    const text = Object.entries(gauges).map(
      ([name, value]) => `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${name} ${value}\n`,
    );
    res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' }).end(text.join(''));
  });

  app.get('/api/connect', (req, res) => {
    principalOf(req, http);
    reply(res, 200, { mcpUrl: `${http.base()}/mcp`, httpUrl: http.base(), stdioCommand: ['executor', 'mcp'], version: runtime.version });
  });

  app.get('/api/suggestions', (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, { items: suggestions() });
  });

  app.post('/api/shutdown', async (req, res) => {
    principalOf(req, http, 'administer');
    await readJson(req);
    reply(res, 200, { stopping: true });
    shutdown();
  });
}
