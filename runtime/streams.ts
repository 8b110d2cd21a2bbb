import type { Op, Store } from './store.ts';

/** So long a client may stay away from a session that was open when the daemon ended, and from an outcome it has not been told. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** A session of a client, as far as it takes to go on with it after a restart. */
export interface KeptSession {
  principalId: string;
  /** Where it came to; the endpoint for everything unless told. */
  place?: string;
  /** What the client said of itself when it came. */
  initialize: unknown;
  /** What it has asked for since and still holds, such as subscriptions. */
  standing?: { method: string; params: Record<string, unknown> }[];
  at: string;
}

/** A request that is answered on a stream, and the execution its answer will be about. */
export interface KeptRequest {
  id: string | number;
  executionId?: string;
  progressToken?: string | number;
}

/** An execution whose outcome has not been told yet to who made the call. */
export interface OwedOutcome {
  executionId: string;
  at: string;
}

/** One stream of a session: what is still to be answered on it. A stream that only listens answers nothing, and never ends. */
export interface KeptStream {
  requests: KeptRequest[];
  isListening: boolean;
}

export interface FoundStream extends KeptStream {
  stream: number;
  frames: { n: number; text: string }[];
}

/**
 * What transports write down of their clients' streams, so that a client that was cut off, also by the end of the daemon, gets what it missed.
 * Nobody waits for any of it: a frame that was lost is told anew, from the execution it is about.
 */
export interface StreamLog {
  /** Resolves when it is on disk, or cannot be. */
  keepSession(session: string, row: KeptSession): Promise<void>;
  keepStream(session: string, stream: number, row: KeptStream): void;
  /** `gone` are earlier frames that are no longer kept. */
  keepFrame(session: string, stream: number, frame: { n: number; text: string }, gone: readonly number[]): void;
  dropStream(session: string, stream: number): void;
  find(session: string): Promise<{ row: KeptSession; streams: FoundStream[] } | undefined>;
  forget(session: string): void;
  /** Where nobody can ask for an outcome by its execution, the same call is to find it: `key` stands for a call, in its source. Resolves as above. */
  keepOwed(source: string, key: string, executionId: string): Promise<void>;
  dropOwed(source: string, key: string): void;
  owed(source: string): Promise<{ key: string; executionId: string }[]>;
  /** Forgets whose clients have not come back. */
  tidy(): Promise<void>;
}

const padded = (n: number) => String(n).padStart(12, '0');
const streamKey = (session: string, stream: number) => `${session}!${padded(stream)}`;
const frameKey = (session: string, stream: number, n: number) => `${streamKey(session, stream)}!${padded(n)}`;
const under = (key: string) => ({ gte: key, lt: `${key}"` });

export function createStreamLog({ store, now, log }: { store: Store; now: () => Date; log: (line: string) => void }): StreamLog {
  const { streamSession, stream: streams, owed } = store;
  const written = async (ops: Op[]): Promise<void> => {
    try {
      await store.write(ops);
    } catch (error) {
      log(`a stream was not kept: ${error}`);
    }
  };
  const write = (ops: Op[]): void => void written(ops);
  const dropped = async (prefix: string): Promise<Op[]> => (await streams.keys(under(prefix)).all()).map(key => store.del(streams, key));
  const forgetting = async (session: string): Promise<void> => {
    await store.write([store.del(streamSession, session), ...(await dropped(session))]);
  };

  return {
    keepSession: (session, row) => written([store.put(streamSession, session, row)]),
    keepStream: (session, stream, row) => write([store.put(streams, streamKey(session, stream), row)]),
    keepFrame(session, stream, { n, text }, gone) {
      const ops = gone.map(old => store.del(streams, frameKey(session, stream, old)));
      write([...ops, store.put(streams, frameKey(session, stream, n), { text })]);
    },
    dropStream(session, stream) {
      dropped(streamKey(session, stream)).then(write, (error: unknown) => log(`a stream was not dropped: ${error}`));
    },
    async find(session) {
      const row = streamSession.getSync(session);
      if (!row) return undefined;
      const found = new Map<number, FoundStream>();
      for (const [key, value] of await streams.iterator(under(session)).all()) {
        const [, stream, n] = key.split('!').map(Number);
        if (n === undefined) found.set(stream!, { stream: stream!, frames: [], ...(value as KeptStream) });
        else found.get(stream!)?.frames.push({ n, text: (value as { text: string }).text });
      }
      return { row, streams: [...found.values()] };
    },
    forget(session) {
      forgetting(session).catch((error: unknown) => log(`a session was not forgotten: ${error}`));
    },
    keepOwed: (source, key, executionId) => written([store.put(owed, `${source}!${key}`, { executionId, at: now().toISOString() })]),
    dropOwed: (source, key) => write([store.del(owed, `${source}!${key}`)]),
    async owed(source) {
      const rows = await owed.iterator({ gte: `${source}!`, lt: `${source}"` }).all();
      return rows.map(([key, { executionId }]) => ({ key: key.slice(source.length + 1), executionId }));
    },
    async tidy() {
      const past = new Date(now().getTime() - KEPT_MS).toISOString();
      for (const [key, { at }] of await owed.iterator().all()) if (at < past) await store.write([store.del(owed, key)]);
      for (const [session, { at }] of await streamSession.iterator().all()) if (at < past) await forgetting(session);
    },
  };
}
