import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../../machines/schema/principal.ts';
import { Door } from '../door.ts';
import type { Through } from '../endpoint.ts';
import type { Surface } from '../server.ts';
import { Inquiries } from './inquiries.ts';
import { Owed } from './owed.ts';
import { createPassthroughServer, type Place } from './server.ts';
import { Upstream } from './upstream.ts';

/** One source, or some of its tools, as an MCP server of its own. */
export class PassthroughEndpoint {
  readonly #door: Door;
  readonly #upstream: Upstream | undefined;
  readonly #stop: () => void;

  constructor(surface: Surface, through: Through, limits: { idleMs: number; max: number }) {
    const { runtime } = surface;
    const { namespace } = through;
    const isMcp = runtime.sources.get(namespace).kind === 'mcp';
    this.#upstream = isMcp ? new Upstream(runtime.passthrough(namespace)) : undefined;
    const place: Place = { surface, through, upstream: this.#upstream, inquiries: new Inquiries(), owed: new Owed(runtime, namespace) };
    this.#door = new Door(principal => createPassthroughServer(place, principal), { ...limits, onEnded: id => this.#upstream?.leave(id) });
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
    // What a stream is to bring has to be listened for as long as it is open.
    const release = req.method === 'GET' || isListen(req) ? this.#upstream?.listen() : undefined;
    if (release) res.once('close', release);
    await this.#door.handle(req, res, context);
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

const isListen = ({ headers }: IncomingMessage): boolean => headers['mcp-method'] === 'subscriptions/listen';
