/** How many keys are fetched at once when they are read in a row, and after a leap. */
const ROW = 512;
const LEAP = 16;
/** A range in which so many keys are passed over for each that is looked for is not read: it is asked for each id that the others have. */
const FAR = 10;
/** After so many that it does not have, such a range is looked through for the next that it has. */
const MISSES = 32;

/** So many bytes may be fetched at once: more than `ROW` rows need. */
const FETCHED_BYTES = 256 * 1024;

/** What of a keyspace is needed to walk over it. */
export interface Keys {
  iterator(range: { gte: string; lt: string; reverse: true; values: boolean; highWaterMarkBytes: number }): {
    nextv(size: number): Promise<[key: string, value: string][]>;
    seek(key: string): void;
    close(): Promise<void>;
  };
  getSync(key: string): string | undefined;
}

/** Keys that begin with a prefix; what follows it is an id. */
export interface Place {
  space: Keys;
  prefix: string;
  /** Rows whose value it refuses are passed over. */
  admits?(value: string): boolean;
}

/**
 * Walks the ids that are in all of the given places, newest first. Ranges with about as many ids are read side by side. One that has many
 * more than another is no longer read, but asked for each id that is left; what it does not have for long is leapt over.
 * @param bounds ids above `before` and below `after` are left out
 */
export async function* intersect(
  places: readonly Place[],
  { before, after }: { before?: string | undefined; after?: string | undefined } = {},
): AsyncGenerator<string> {
  let walked = places.map(place => open(place, before, after));
  const asked: Range[] = [];

  /** The highest id that is not above the given one and is in every range that is read. */
  async function agreed(candidate: string): Promise<string | undefined> {
    let target = candidate;
    // Each range steps down to the target; one that has nothing there names a new, lower one.
    for (let turn = 0, agreeing = 0; agreeing < walked.length; turn++) {
      const range = walked[turn % walked.length]!;
      const at = await range.downTo(target, walked.length > 1);
      if (at === 'far') {
        walked = walked.filter(other => other !== range);
        asked.push(range);
        agreeing = 0;
      } else if (at === undefined) return undefined;
      else if (at.id === target) agreeing += 1;
      else {
        target = at.id;
        agreeing = 1;
      }
    }
    return target;
  }

  try {
    let candidate = walked.length > 0 ? '~' : undefined;
    while (candidate !== undefined) {
      const id = await agreed(candidate);
      if (id === undefined) return;
      const missing = asked.find(range => !range.has(id));
      if (!missing) yield id;
      candidate = missing?.isTired() ? await missing.leap(id) : await walked[0]!.below();
    }
  } finally {
    await Promise.all([...walked, ...asked].map(range => range.close()));
  }
}

interface Range {
  /**
   * The highest id that is not above the target.
   * @param mayGiveUp whether it may say instead that too many keys have to be passed over
   */
  downTo(target: string, mayGiveUp: boolean): Promise<{ id: string } | 'far' | undefined>;
  /** The highest id below the one that it is at. */
  below(): Promise<string | undefined>;
  /** Whether it has an id; looked up without reading on. */
  has(id: string): boolean;
  /** Whether it has been asked in vain so often that a leap is cheaper. */
  isTired(): boolean;
  /** The highest id that is not above the given one. */
  leap(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

function open(place: Place, before: string | undefined, after: string | undefined): Range {
  const { space, prefix, admits } = place;
  const rows = space.iterator({
    gte: `${prefix}${after ?? ''}`,
    lt: `${prefix}${before ?? '~'}`,
    reverse: true,
    values: admits !== undefined,
    highWaterMarkBytes: FETCHED_BYTES,
  });
  let chunk: string[] = [];
  let at = 0;
  let isEnded = false;
  /** Keys passed over, and how often a key was looked for. */
  let passed = 0;
  let sought = 0;
  let misses = 0;

  async function fill(size: number): Promise<void> {
    chunk = [];
    at = 0;
    for (let wanted = size; chunk.length === 0 && !isEnded; wanted = Math.min(2 * wanted, ROW)) {
      const fetched = await rows.nextv(wanted);
      isEnded = fetched.length === 0;
      for (const [key, value] of fetched) if (!admits || admits(value)) chunk.push(key.slice(prefix.length));
    }
  }

  return {
    async downTo(target, mayGiveUp) {
      sought += 1;
      for (;;) {
        while (at < chunk.length && chunk[at]! > target) {
          at += 1;
          passed += 1;
        }
        if (at < chunk.length) return { id: chunk[at]! };
        if (isEnded) return undefined;
        if (passed > sought * FAR) {
          if (mayGiveUp) return 'far';
          rows.seek(prefix + target);
        }
        await fill(ROW);
      }
    },
    async below() {
      at += 1;
      if (at >= chunk.length) await fill(ROW);
      return chunk[at];
    },
    has(id) {
      const value = space.getSync(prefix + id);
      const isThere = value !== undefined && (admits?.(value) ?? true);
      misses = isThere ? 0 : misses + 1;
      return isThere;
    },
    isTired: () => misses >= MISSES,
    async leap(id) {
      misses = 0;
      rows.seek(prefix + id);
      isEnded = false;
      await fill(LEAP);
      return chunk[0];
    },
    close: () => rows.close(),
  };
}
