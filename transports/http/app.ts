import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import polka, { type Polka, type Request } from 'polka';
import { FaultError } from '../../machines/schema/fault.ts';
import type { McpEndpoint, Through } from '../mcp/endpoint.ts';
import { authenticate, presentedBy } from './authenticate.ts';
import { MediaTypeError } from './body.ts';
import { claim, endRevoked, fromOf, type Http } from './context.ts';
import { allowsTokenless, checkDoors } from './guard.ts';
import { replyFault } from './reply.ts';
import { actorRoutes } from './routes/actors.ts';
import { auditRoutes } from './routes/audit.ts';
import { configRoutes } from './routes/config.ts';
import { connectionRoutes } from './routes/connections.ts';
import { executionRoutes } from './routes/executions.ts';
import { healthRoutes, type Lifecycle } from './routes/health.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { outlineRoutes } from './routes/outline.ts';
import { policyRoutes } from './routes/policies.ts';
import { sessionRoutes } from './routes/session.ts';
import { sourceRoutes } from './routes/sources.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { toolRoutes } from './routes/tools.ts';

/** Everything that is served over HTTP. Host and Origin are checked before anything else of a request is looked at. */
export function createApp(options: {
  server: Server;
  http: Http;
  lifecycle: Lifecycle;
  mcp: () => Promise<McpEndpoint>;
  ui: ((req: IncomingMessage, res: ServerResponse, next: () => void) => void) | undefined;
}): Polka {
  const { server, http, lifecycle, mcp, ui } = options;
  const app = polka({
    onError(error: unknown, req, res) {
      // A body that was not read to its end cannot be followed by another request.
      if (!req.complete) res.setHeader('connection', 'close');
      replyFault(res, error, error instanceof MediaTypeError ? 415 : undefined);
    },
    onNoMatch(req, res) {
      const isPage = (req.method === 'GET' || req.method === 'HEAD') && ui && !/^\/(api|mcp|ws)(\/|$)/.test(req.path);
      const missing = () => replyFault(res, new FaultError('invalid_arguments', `there is no ${req.method} ${req.path}`), 404);
      if (isPage) ui(req, res, missing);
      else missing();
    },
  });
  const attend = endRevoked(http.runtime);
  app.use((req, res, next) => {
    checkDoors(req, http.doors);
    attend(req, res);
    if (lifecycle.stopping()) {
      res.setHeader('connection', 'close');
      replyFault(res, new FaultError('internal', 'the daemon is stopping'), 503);
      return;
    }
    return next();
  });

  sessionRoutes(app, http);
  sourceRoutes(app, http);
  toolRoutes(app, http);
  outlineRoutes(app, http);
  executionRoutes(app, http);
  policyRoutes(app, http);
  connectionRoutes(app, http);
  oauthRoutes(app, http);
  tokenRoutes(app, http);
  auditRoutes(app, http);
  configRoutes(app, http);
  actorRoutes(app, http);
  healthRoutes(app, http, lifecycle);

  const toMcp = async (req: IncomingMessage, res: ServerResponse) => {
    const tokenless = allowsTokenless(req, http.doors) ? http.runtime.principals.local : undefined;
    const principal = authenticate(http.runtime, presentedBy(req, http.doors.port()), tokenless);
    claim(req, principal);
    const through = throughOf(req as Request);
    await (await mcp()).handle(req, res, { principal: { ...principal, from: fromOf(req, 'mcp') }, ...(through && { through }) });
  };
  for (const path of ['/mcp', '/mcp/:namespace']) {
    app.get(path, toMcp);
    app.post(path, toMcp);
    app.delete(path, toMcp);
  }
  server.on('request', (req, res) => app.handler(req as Request, res, undefined as never));
  return app;
}

/** `/mcp/<namespace>?tools=<pattern,…>` */
function throughOf({ params, query }: Request): Through | undefined {
  const { namespace } = params as { namespace?: string };
  if (namespace === undefined) return undefined;
  const { tools } = (query ?? {}) as { tools?: string | string[] };
  const patterns = [tools ?? []].flat().flatMap(list => list.split(','));
  return { namespace: decodeURIComponent(namespace), patterns: patterns.map(pattern => pattern.trim()).filter(Boolean) };
}
