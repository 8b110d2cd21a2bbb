import { randomUUID } from 'node:crypto';
import { McpServer, type Server } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';
import type { CreateServer } from './door.ts';
import { Keeping, type Streams } from './keeping.ts';
import { Session } from './session.ts';

const SWEEP_MS = 60_000;
const SESSION_ID = /^[0-9a-f-]{36}$/;

export interface SessionLimits {
  idleMs: number;
  max: number;
  /** Where sessions are written down; those of a place without it end with the daemon. */
  streams?: Streams;
  /** Told of a session that has ended, whoever ended it. */
  onEnded?: (sessionId: string) => void;
}

interface Kept {
  session: Session;
  server: Server;
}

/**
 * The open sessions of 2025-era clients. They cannot leak: one that has been idle too long ends, and above the cap the one longest
 * unused does (ChatGPT opens one for every call and never says goodbye). Losing one costs its client a new `initialize`, nothing else.
 */
export class Sessions {
  /** In order of use, longest unused first. */
  readonly #kept = new Map<string, Kept>();
  readonly #reviving = new Map<string, Promise<void>>();
  readonly #create: CreateServer;
  readonly #limits: SessionLimits;
  readonly #sweeper: NodeJS.Timeout;

  constructor(create: CreateServer, limits: SessionLimits) {
    this.#create = create;
    this.#limits = limits;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, limits.idleMs));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A new session, which belongs to the principal that opened it. */
  open(principal: Principal): Promise<Session> {
    const { streams } = this.#limits;
    const id = randomUUID();
    return this.#begin(new Session(id, principal.id, streams && new Keeping(streams, id, principal.id)), principal);
  }

  async #begin(session: Session, principal: Principal): Promise<Session> {
    const created = await this.#create(principal);
    const server = created instanceof McpServer ? created.server : created;
    await server.connect(session);
    const ended = server.onclose;
    server.onclose = () => {
      this.#kept.delete(session.sessionId);
      this.#limits.onEnded?.(session.sessionId);
      ended?.();
    };
    this.#kept.set(session.sessionId, { session, server });
    if (this.#kept.size > this.#limits.max) this.#evict();
    return session;
  }

  /** The session, if there is one and it belongs to this principal: to another it does not exist. */
  find(id: string, principal: Principal): Session | undefined {
    const kept = this.#kept.get(id);
    if (kept?.session.principalId !== principal.id) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept.session;
  }

  /** The session of an earlier life of the daemon, if it was written down and is this principal's: from now on it is as it was. */
  async revived(id: string, principal: Principal): Promise<Session | undefined> {
    const { streams } = this.#limits;
    if (!streams || !SESSION_ID.test(id)) return undefined;
    const under = this.#reviving.get(id) ?? this.#revive(id, principal, streams).finally(() => this.#reviving.delete(id));
    this.#reviving.set(id, under);
    await under;
    return this.find(id, principal);
  }

  async #revive(id: string, principal: Principal, streams: Streams): Promise<void> {
    const kept = await streams.find(id);
    if (kept?.row.principalId !== principal.id) return;
    const session = await this.#begin(new Session(id, principal.id, new Keeping(streams, id, principal.id, { isKept: true })), principal);
    session.revive(kept, principal);
  }

  /** Ends what a principal has open. */
  async closeOf(principalId: string): Promise<void> {
    const own = [...this.#kept.values()].filter(({ session }) => session.principalId === principalId);
    await Promise.all(own.map(({ session }) => session.close()));
  }

  /** Tells every listening client something. */
  tell(something: (server: Server, session: Session) => Promise<void>): void {
    for (const { session, server } of this.#kept.values()) if (session.busy) something(server, session).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#kept.values()].map(({ session }) => session.suspend()));
  }

  #sweep(): void {
    const before = Date.now() - this.#limits.idleMs;
    for (const { session } of this.#kept.values()) if (session.lastUsed < before && !session.busy) void session.close();
  }

  #evict(): void {
    for (const { session } of this.#kept.values()) {
      if (session.busy) continue;
      void session.close();
      return;
    }
    // Every session is in use: the longest unused goes all the same, because the cap is there for the daemon's sake.
    const oldest = this.#kept.values().next().value;
    void oldest?.session.close();
  }
}
