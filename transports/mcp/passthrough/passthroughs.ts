import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import { reachesSource } from '../../../runtime/principals.ts';
import type { Through } from '../endpoint.ts';
import { refuse } from '../refuse.ts';
import type { Surface } from '../server.ts';
import type { SessionLimits } from '../sessions.ts';
import { PassthroughEndpoint } from './endpoint.ts';
import { Owed } from './owed.ts';

/** So many places (source and patterns) are kept; the longest unused one without a client goes first. */
const KEPT = 200;

/** Those of the sessions of any place. */
export type Limits = Omit<SessionLimits, 'place' | 'onEnded'>;

/** `/mcp/<namespace>`: a place for each source that is asked for, and for each choice of its tools, made when first asked for. */
export class Passthroughs {
  readonly #surface: Surface;
  readonly #limits: Limits;
  readonly #places = new Map<string, PassthroughEndpoint>();
  /** By source; there are no more of them than sources. */
  readonly #owed = new Map<string, Owed>();

  constructor(surface: Surface, limits: Limits) {
    this.#surface = surface;
    this.#limits = limits;
  }

  get sessionCount(): number {
    let count = 0;
    for (const place of this.#places.values()) count += place.sessionCount;
    return count;
  }

  /** A source that is not there, or of which this principal may use nothing, is a place that is not there. */
  async handle(
    req: IncomingMessage,
    res: ServerResponse,
    through: Through,
    context: { principal: Principal; body?: unknown },
  ): Promise<void> {
    const { namespace } = through;
    try {
      this.#surface.runtime.sources.get(namespace);
      if (!reachesSource(context.principal, namespace)) throw new FaultError('source_not_found', `there is no source ${namespace}`);
    } catch (error) {
      const message = error instanceof FaultError ? error.message : 'Internal error.';
      refuse(res, error instanceof FaultError ? 404 : 500, -32001, message);
      return;
    }
    await this.#at(through).handle(req, res, context);
  }

  closeOf(principalId: string): void {
    for (const place of this.#places.values()) void place.closeOf(principalId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#places.values()].map(place => place.close()));
  }

  #at(through: Through): PassthroughEndpoint {
    const key = `${through.namespace}?${[...through.patterns].sort().join(',')}`;
    const place =
      this.#places.get(key) ??
      new PassthroughEndpoint(this.#surface, through, this.#owedOf(through.namespace), { ...this.#limits, place: key });
    this.#places.delete(key);
    this.#places.set(key, place);
    if (this.#places.size > KEPT) this.#evict();
    return place;
  }

  #owedOf(namespace: string): Owed {
    const owed = this.#owed.get(namespace) ?? new Owed(this.#surface.runtime, namespace);
    this.#owed.set(namespace, owed);
    return owed;
  }

  #evict(): void {
    for (const [key, place] of this.#places) {
      if (place.isBusy) continue;
      this.#places.delete(key);
      void place.close();
      return;
    }
  }
}
