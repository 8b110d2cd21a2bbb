import { hashOf } from '../../../runtime/canonical.ts';
import type { Runtime } from '../../../runtime/runtime.ts';

/** So many answers that are still owed are remembered. */
const KEPT = 10_000;

/**
 * Calls that were answered with `paused` or `running`: the same call made again by the same principal is about the same execution, until
 * its outcome has been told. So a client that has no way to `resume` here asks again, and nothing runs twice.
 */
export class Owed {
  readonly #executions = new Map<string, string>();
  readonly #loaded: Promise<void>;

  /** Starts with what waits for a person since before. */
  constructor({ executions, principals }: Runtime, namespace: string) {
    this.#loaded = executions.list({ state: 'pending', source: namespace, limit: 1000 }, principals.owner).then(
      ({ items }) => {
        for (const { id, principal, tool, input, parent } of items.reverse()) {
          if (tool !== undefined && parent === undefined) this.put(Owed.key(principal, tool, input), id);
        }
      },
      () => {
        // Nothing is remembered, then: what waits is found on the page of executions.
      },
    );
  }

  static key(principalId: string, path: string, input: unknown): string {
    return hashOf([principalId, path, input]);
  }

  async find(principalId: string, path: string, input: unknown): Promise<string | undefined> {
    await this.#loaded;
    return this.#executions.size === 0 ? undefined : this.#executions.get(Owed.key(principalId, path, input));
  }

  put(key: string, executionId: string): void {
    this.#executions.delete(key);
    this.#executions.set(key, executionId);
    if (this.#executions.size > KEPT) this.#executions.delete(this.#executions.keys().next().value!);
  }

  drop(key: string): void {
    this.#executions.delete(key);
  }
}
