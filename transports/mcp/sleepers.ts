import type { KeptSession } from '../../runtime/streams.ts';

interface Sleeper {
  row: KeptSession;
  lastUsed: number;
}

/** Sessions of which nothing is in memory but what their clients said when they came: a thousand of them weigh what a few that are awake do. */
export class Sleepers {
  /** In the order in which they went to sleep. */
  readonly #rows = new Map<string, Sleeper>();
  readonly #onEnded: (id: string) => void;

  /** `onEnded` hears of those that end in their sleep. */
  constructor(onEnded: (id: string) => void) {
    this.#onEnded = onEnded;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  put(id: string, sleeper: Sleeper): void {
    this.#rows.set(id, sleeper);
  }

  /** Gives out the one that is to wake, if it is this principal's. */
  take(id: string, principalId: string): KeptSession | undefined {
    const row = this.#rows.get(id)?.row;
    if (row?.principalId !== principalId) return undefined;
    this.#rows.delete(id);
    return row;
  }

  endOf(principalId: string): void {
    for (const [id, { row }] of this.#rows) if (row.principalId === principalId) this.#end(id);
  }

  endBefore(time: number): void {
    for (const [id, { lastUsed }] of this.#rows) if (lastUsed < time) this.#end(id);
  }

  /** Ends the one that has slept longest; false when none sleeps. */
  endFirst(): boolean {
    const [id] = this.#rows.keys();
    if (id !== undefined) this.#end(id);
    return id !== undefined;
  }

  endAll(): void {
    for (const id of [...this.#rows.keys()]) this.#end(id);
  }

  #end(id: string): void {
    this.#rows.delete(id);
    this.#onEnded(id);
  }
}
