import type { Agent } from 'undici';
import { checkedLookup, type Resolve } from './gate.ts';

/** Connections kept alive, apart for each policy: one opened for a source that may reach private addresses serves no other source. */
export interface Pools {
  /** The pool, when it is there: no request after the first waits for it. */
  opened(allowPrivate: boolean): Agent | undefined;
  open(allowPrivate: boolean): Promise<Agent>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly resolve: Resolve;
  readonly connectTimeoutMs: number;
}

/** No upstream may take all file descriptors; requests beyond this wait in line, against their own total time-out. */
const CONNECTIONS_PER_ORIGIN = 128;
const MAX_HEADER_BYTES = 64 * 1024;

/** undici is loaded with the first request: it would cost every start some 40 ms. */
export function createPools({ resolve, connectTimeoutMs }: PoolOptions): Pools {
  const agents = new Map<boolean, Promise<Agent>>();
  const ready = new Map<boolean, Agent>();
  const make = async (allowPrivate: boolean): Promise<Agent> => {
    const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
    const agent = new Agent({
      connect: { lookup: checkedLookup(resolve, allowPrivate), timeout: connectTimeoutMs },
      connections: CONNECTIONS_PER_ORIGIN,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0, // our own timers know the total time of a chain; undici's count in steps of half a second
      bodyTimeout: 0,
      keepAliveMaxTimeout: 60_000,
    });
    ready.set(allowPrivate, agent);
    return agent;
  };
  return {
    opened: allowPrivate => ready.get(allowPrivate),
    open(allowPrivate) {
      const opening = agents.get(allowPrivate) ?? make(allowPrivate);
      agents.set(allowPrivate, opening);
      return opening;
    },
    async close() {
      await Promise.all([...agents.values()].map(async agent => (await agent).destroy()));
    },
  };
}
