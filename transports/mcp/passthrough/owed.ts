import type { ExecutionView } from '../../../machines/schema/execution.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import { hashOf } from '../../../runtime/canonical.ts';
import type { Runtime } from '../../../runtime/runtime.ts';

/** So many answers that are still owed are remembered. */
const KEPT = 10_000;

/**
 * Calls that were answered with `paused` or `running`: the same call made again by the same principal is about the same execution, until
 * its outcome has been told, also by the next life of the daemon. So a client that has no way to `resume` here asks again, and nothing runs
 * twice. One for a source, whatever of it is shown.
 */
export class Owed {
  readonly #executions = new Map<string, string>();
  readonly #runtime: Runtime;
  readonly #source: string;
  readonly #loaded: Promise<void>;

  constructor(runtime: Runtime, source: string) {
    this.#runtime = runtime;
    this.#source = source;
    this.#loaded = this.#load().catch(() => {
      // Nothing is remembered, then: what waits is found on the page of executions.
    });
  }

  static key(principalId: string, path: string, input: unknown): string {
    return hashOf([principalId, path, input]);
  }

  /** The execution that a call is about, if there is one of which this principal has not been told the outcome. */
  async find(principal: Principal, path: string, input: unknown): Promise<ExecutionView | undefined> {
    await this.#loaded;
    if (this.#executions.size === 0) return undefined;
    const key = Owed.key(principal.id, path, input);
    const executionId = this.#executions.get(key);
    if (executionId === undefined) return undefined;
    try {
      return this.#runtime.executions.get(executionId, principal);
    } catch {
      // The history does not keep it any more.
      this.drop(key);
      return undefined;
    }
  }

  /** Resolves when it is written down: before the client hears that it has to ask again. */
  async put(key: string, executionId: string): Promise<void> {
    if (this.#executions.get(key) === executionId) return;
    this.#remember(key, executionId);
    await this.#runtime.streams.keepOwed(this.#source, key, executionId);
  }

  drop(key: string): void {
    if (this.#executions.delete(key)) this.#runtime.streams.dropOwed(this.#source, key);
  }

  /** Starts with what was owed when the daemon ended, and with what waits for a person. */
  async #load(): Promise<void> {
    const { executions, principals, streams } = this.#runtime;
    for (const { key, executionId } of await streams.owed(this.#source)) this.#remember(key, executionId);
    const { items } = await executions.list({ state: 'pending', source: this.#source, limit: 1000 }, principals.owner);
    for (const { id, principal, tool, input, parent } of items.reverse()) {
      if (tool !== undefined && parent === undefined) await this.put(Owed.key(principal, tool, input), id);
    }
  }

  #remember(key: string, executionId: string): void {
    this.#executions.delete(key);
    this.#executions.set(key, executionId);
    if (this.#executions.size > KEPT) this.drop(this.#executions.keys().next().value!);
  }
}
