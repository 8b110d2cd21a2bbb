import { randomUUID } from 'node:crypto';
import { McpServer, type Server } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';
import type { CreateServer } from './door.ts';
import { Keeping, type Streams } from './keeping.ts';
import type { Kept } from './kept.ts';
import { Session } from './session.ts';
import { Sleepers } from './sleepers.ts';

const SWEEP_MS = 60_000;
const SESSION_ID = /^[0-9a-f-]{36}$/;

/** So many idle sessions are ready to answer; of any others only what their clients said when they came is kept. */
const AWAKE = 64;

export interface SessionLimits {
  idleMs: number;
  max: number;
  /** Where sessions are written down. */
  streams: Streams;
  /** Where these are: those of one place are none of another. The endpoint for everything unless told. */
  place?: string;
  /** Told of a session that has ended, whoever ended it. */
  onEnded?: (sessionId: string) => void;
}

interface Awake {
  session: Session;
  server: Server;
}

/**
 * The open sessions of 2025-era clients. They cannot leak: one that has been idle too long ends, and above the cap the one longest
 * unused does (ChatGPT opens one for every call and never says goodbye). Losing one costs its client a new `initialize`, nothing else.
 */
export class Sessions {
  /** In order of use, longest unused first. */
  readonly #awake = new Map<string, Awake>();
  readonly #asleep: Sleepers;
  readonly #waking = new Map<string, Promise<void>>();
  readonly #create: CreateServer;
  readonly #limits: SessionLimits;
  readonly #sweeper: NodeJS.Timeout;

  constructor(create: CreateServer, limits: SessionLimits) {
    this.#create = create;
    this.#limits = limits;
    this.#asleep = new Sleepers(id => limits.onEnded?.(id));
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, limits.idleMs));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#awake.size + this.#asleep.size;
  }

  /** A new session, which belongs to the principal that opened it. */
  open(principal: Principal): Promise<Session> {
    const { streams, place } = this.#limits;
    const id = randomUUID();
    const row = { principalId: principal.id, initialize: undefined, at: new Date().toISOString(), ...(place !== undefined && { place }) };
    return this.#begin(new Session(id, principal.id, new Keeping(streams, id, row)), principal);
  }

  async #begin(session: Session, principal: Principal): Promise<Session> {
    const created = await this.#create(principal);
    const server = created instanceof McpServer ? created.server : created;
    await server.connect(session);
    const ended = server.onclose;
    server.onclose = () => {
      this.#awake.delete(session.sessionId);
      if (!this.#asleep.has(session.sessionId)) this.#limits.onEnded?.(session.sessionId);
      ended?.();
    };
    this.#awake.set(session.sessionId, { session, server });
    if (this.#awake.size > AWAKE) this.#layDown();
    if (this.size > this.#limits.max) this.#evict();
    return session;
  }

  /** The session, if it is awake and belongs to this principal: to another it does not exist. */
  find(id: string, principal: Principal): Session | undefined {
    const awake = this.#awake.get(id);
    if (awake?.session.principalId !== principal.id) return undefined;
    this.#awake.delete(id);
    this.#awake.set(id, awake);
    return awake.session;
  }

  /**
   * The session that is asleep, or that is of an earlier life of the daemon and was written down, if it is this principal's: from now on it is
   * as it was.
   */
  async woken(id: string, principal: Principal): Promise<Session | undefined> {
    if (!SESSION_ID.test(id)) return undefined;
    const under = this.#waking.get(id) ?? this.#wake(id, principal).finally(() => this.#waking.delete(id));
    this.#waking.set(id, under);
    await under;
    return this.find(id, principal);
  }

  async #wake(id: string, principal: Principal): Promise<void> {
    const { streams, place } = this.#limits;
    const slept = this.#asleep.take(id, principal.id);
    const kept: Kept | undefined = slept ? { row: slept, streams: [] } : await streams.find(id);
    if (!kept || kept.row.principalId !== principal.id || kept.row.place !== place) return;
    const session = await this.#begin(new Session(id, principal.id, new Keeping(streams, id, kept.row, { isKept: !slept })), principal);
    session.revive(kept, principal);
  }

  /** Ends what a principal has open. */
  async closeOf(principalId: string): Promise<void> {
    this.#asleep.endOf(principalId);
    const own = [...this.#awake.values()].filter(({ session }) => session.principalId === principalId);
    await Promise.all(own.map(({ session }) => session.close()));
  }

  /** Tells every listening client something. */
  tell(something: (server: Server, session: Session) => Promise<void>): void {
    for (const { session, server } of this.#awake.values()) if (session.busy) something(server, session).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#asleep.endAll();
    await Promise.all([...this.#awake.values()].map(({ session }) => session.suspend()));
  }

  /** One that is idle goes to sleep, the longest unused. */
  #layDown(): void {
    for (const [id, { session }] of this.#awake) {
      const row = session.rest;
      if (!row) continue;
      this.#asleep.put(id, { row, lastUsed: session.lastUsed });
      void session.suspend();
      return;
    }
  }

  #sweep(): void {
    const before = Date.now() - this.#limits.idleMs;
    this.#asleep.endBefore(before);
    for (const { session } of this.#awake.values()) if (session.lastUsed < before && !session.busy) void session.close();
  }

  #evict(): void {
    if (this.#asleep.endFirst()) return;
    for (const { session } of this.#awake.values()) {
      if (session.busy) continue;
      void session.close();
      return;
    }
    // Every session is in use: the longest unused goes all the same, because the cap is there for the daemon's sake.
    const oldest = this.#awake.values().next().value;
    void oldest?.session.close();
  }
}
