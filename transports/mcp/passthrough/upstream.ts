import type { Passthrough, PassthroughMethod } from '../../../runtime/kinds/mcp/passthrough.ts';
import type { Heard } from '../../../runtime/kinds/mcp/session.ts';

type About = Awaited<ReturnType<Passthrough['about']>>;

/** What a server says of itself is asked for again after this long. */
const KNOWN_MS = 60_000;

/** An MCP source as its clients here share it: what it says of itself, what it is listened to for, who has subscribed to what. */
export class Upstream {
  readonly #source: Passthrough;
  readonly #subscribers = new Map<string, Set<string>>();
  #about: { at: number; about: Promise<About | undefined> } | undefined;
  #hear: (heard: Heard) => void = () => {};
  #listening: { count: number; stop: () => void } | undefined;

  constructor(source: Passthrough) {
    this.#source = source;
  }

  /** What the server says of itself; undefined while it cannot be asked: its tools are known all the same. */
  about(): Promise<About | undefined> {
    if (!this.#about || Date.now() - this.#about.at > KNOWN_MS) {
      const about = this.#source.about().catch(() => {
        this.#about = undefined;
        return undefined;
      });
      this.#about = { at: Date.now(), about };
    }
    return this.#about.about;
  }

  forget(): void {
    this.#about = undefined;
  }

  request(method: PassthroughMethod, params: Record<string, unknown> | undefined, signal: AbortSignal): Promise<unknown> {
    return this.#source.request(method, params ?? {}, { signal });
  }

  onHeard(hear: (heard: Heard) => void): void {
    this.#hear = hear;
  }

  /** Listens, for as long as somebody wants to hear. Returns the way to stop. */
  listen(): () => void {
    const listening = this.#listening ?? { count: 0, stop: this.#source.listen(heard => this.#hear(heard)) };
    this.#listening = listening;
    listening.count += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      listening.count -= 1;
      if (listening.count > 0 || this.#listening !== listening) return;
      this.#listening = undefined;
      listening.stop();
    };
  }

  /** The first subscriber of a resource subscribes for all. */
  async subscribe(sessionId: string, uri: string, signal: AbortSignal): Promise<unknown> {
    const result = await this.request('resources/subscribe', { uri }, signal);
    const subscribers = this.#subscribers.get(uri) ?? new Set();
    this.#subscribers.set(uri, subscribers.add(sessionId));
    return result;
  }

  /** The last one unsubscribes for all. */
  async unsubscribe(sessionId: string, uri: string, signal: AbortSignal): Promise<unknown> {
    const subscribers = this.#subscribers.get(uri);
    subscribers?.delete(sessionId);
    if (subscribers && subscribers.size > 0) return {};
    this.#subscribers.delete(uri);
    return this.request('resources/unsubscribe', { uri }, signal);
  }

  isSubscribed(sessionId: string, uri: string): boolean {
    return this.#subscribers.get(uri)?.has(sessionId) ?? false;
  }

  /** A session has ended. */
  leave(sessionId: string): void {
    for (const [uri, subscribers] of this.#subscribers) {
      if (!subscribers.delete(sessionId) || subscribers.size > 0) continue;
      this.#subscribers.delete(uri);
      this.#source.request('resources/unsubscribe', { uri }).catch(() => {
        // The server is gone, and the subscription with it.
      });
    }
  }

  close(): void {
    this.#listening?.stop();
    this.#listening = undefined;
  }
}
