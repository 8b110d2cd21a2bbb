import type { Client, McpSubscription } from '@modelcontextprotocol/client';

/**
 * The resources of a 2026-07-28 server that somebody wants to hear of. There a subscription is a stream that names them all: it is opened
 * anew whenever they change, the new one before the old one is closed, so that nothing falls between.
 */
export class Watch {
  readonly #client: () => Client;
  readonly #uris = new Set<string>();
  #open: McpSubscription | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(client: () => Client) {
    this.#client = client;
  }

  /** Resolves when the server has said that it will tell. */
  add(uri: string): Promise<void> {
    if (this.#uris.has(uri)) return this.#turn;
    this.#uris.add(uri);
    return this.#renew();
  }

  remove(uri: string): Promise<void> {
    return this.#uris.delete(uri) ? this.#renew() : this.#turn;
  }

  #renew(): Promise<void> {
    const turn = this.#turn.catch(() => {}).then(() => this.#reopen());
    this.#turn = turn;
    return turn;
  }

  async #reopen(): Promise<void> {
    const before = this.#open;
    this.#open = this.#uris.size === 0 ? undefined : await this.#client().listen({ resourceSubscriptions: [...this.#uris] });
    await before?.close();
  }
}
