import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../../machines/schema/principal.ts';
import { readBody } from '../body.ts';
import { Door } from '../door.ts';
import type { Through } from '../endpoint.ts';
import { refuse } from '../refuse.ts';
import type { Surface } from '../server.ts';
import type { SessionLimits } from '../sessions.ts';
import { changesOf } from '../tasks/listening.ts';
import { Inquiries } from './inquiries.ts';
import type { Owed } from './owed.ts';
import { createPassthroughServer, type Place, usesWhole } from './server.ts';
import { Upstream } from './upstream.ts';

/** One stream may name so many resources. */
const SUBSCRIPTIONS = 1000;
const SUBSCRIBE_MS = 10_000;

/** One source, or some of its tools, as an MCP server of its own. */
export class PassthroughEndpoint {
  readonly #door: Door;
  readonly #place: Place;
  readonly #upstream: Upstream | undefined;
  readonly #stop: () => void;

  constructor(surface: Surface, through: Through, owed: Owed, limits: Omit<SessionLimits, 'onEnded'>) {
    const { runtime } = surface;
    const { namespace } = through;
    const isMcp = runtime.sources.get(namespace).kind === 'mcp';
    this.#upstream = isMcp ? new Upstream(runtime.passthrough(namespace)) : undefined;
    const place: Place = { surface, through, upstream: this.#upstream, inquiries: new Inquiries(), owed };
    this.#place = place;
    const ends = { onEnded: (id: string) => this.#upstream?.leave(id) };
    this.#door = new Door(principal => createPassthroughServer(place, principal), { ...limits, ...ends }, changesOf(runtime));
    this.#upstream?.onHeard(heard => this.#pass(heard));
    let { revision } = runtime.sources.get(namespace);
    this.#stop = runtime.subscribe(change => {
      if (change.topic !== 'sources' || change.id !== namespace || change.view.revision === revision) return;
      revision = change.view.revision;
      this.#upstream?.forget();
      this.#door.toolsChanged();
    });
  }

  get sessionCount(): number {
    return this.#door.sessions.size;
  }

  get isBusy(): boolean {
    return this.#door.isBusy;
  }

  async handle(req: IncomingMessage, res: ServerResponse, context: { principal: Principal; body?: unknown }): Promise<void> {
    const upstream = this.#upstream;
    const isListening = upstream !== undefined && isListen(req);
    // What a stream is to bring has to be listened for as long as it is open.
    const release = req.method === 'GET' || isListening ? upstream?.listen() : undefined;
    if (release) res.once('close', release);
    if (!isListening) return this.#door.handle(req, res, context);
    const body = context.body === undefined ? await readBody(req) : { ok: true as const, value: context.body };
    if (!body.ok) return refuse(res, body.status, body.code, body.message);
    await this.#subscribe(upstream, res, body.value, context.principal);
    await this.#door.handle(req, res, { ...context, body: body.value });
  }

  /** 2026-07-28: the resources a stream is opened for are subscribed to as long as it is open. What cannot be is never heard of. */
  async #subscribe(upstream: Upstream, res: ServerResponse, body: unknown, principal: Principal): Promise<void> {
    const uris = subscribedIn(body);
    if (uris.length === 0 || !usesWhole(principal, this.#place)) return;
    const listener = randomUUID();
    res.once('close', () => upstream.leave(listener));
    await Promise.all(uris.map(uri => upstream.subscribe(listener, uri, AbortSignal.timeout(SUBSCRIBE_MS)).catch(() => {})));
    if (res.destroyed) upstream.leave(listener);
  }

  async closeOf(principalId: string): Promise<void> {
    await this.#door.sessions.closeOf(principalId);
  }

  async close(): Promise<void> {
    this.#stop();
    this.#upstream?.close();
    await this.#door.close();
  }

  /** Hands on what the source says by itself; of its tools the catalog says when they have changed. */
  #pass({ method, params }: { method: string; params?: Readonly<Record<string, unknown>> | undefined }): void {
    const { sessions, modern } = this.#door;
    if (method === 'notifications/prompts/list_changed') {
      sessions.tell(server => server.sendPromptListChanged());
      modern.notify.promptsChanged();
    }
    if (method === 'notifications/resources/list_changed') {
      sessions.tell(server => server.sendResourceListChanged());
      modern.notify.resourcesChanged();
    }
    if (method === 'notifications/resources/updated' && typeof params?.uri === 'string') {
      const { uri } = params;
      sessions.tell(async (server, session) => {
        if (this.#upstream?.isSubscribed(session.sessionId, uri)) await server.sendResourceUpdated({ uri });
      });
      modern.notify.resourceUpdated(uri);
    }
  }
}

/** The resources that a `subscriptions/listen` names; the official handler says what is wrong with one that is malformed. */
function subscribedIn(body: unknown): string[] {
  const { params } = (body ?? {}) as { params?: { notifications?: { resourceSubscriptions?: unknown } } };
  const uris = params?.notifications?.resourceSubscriptions;
  return Array.isArray(uris) ? uris.filter(uri => typeof uri === 'string').slice(0, SUBSCRIPTIONS) : [];
}

const isListen = ({ headers }: IncomingMessage): boolean => headers['mcp-method'] === 'subscriptions/listen';
