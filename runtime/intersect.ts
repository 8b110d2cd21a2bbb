/** How many keys are fetched at once when they are read in a row, and after a leap. */
const ROW = 512;
const LEAP = 16;
/** A range in which so many keys are passed over for each that is looked at is leapt through; the others are read. */
const FAR = 100;

/** So many bytes may be fetched at once: more than `ROW` rows need. */
const FETCHED_BYTES = 256 * 1024;

/** What of a keyspace is needed to walk over it. */
export interface Keys {
  iterator(range: { gte: string; lt: string; reverse: true; values: boolean; highWaterMarkBytes: number }): {
    nextv(size: number): Promise<[key: string, value: string][]>;
    seek(key: string): void;
    close(): Promise<void>;
  };
}

/** Keys that begin with a prefix; what follows it is an id. */
export interface Place {
  space: Keys;
  prefix: string;
  /** Rows whose value it refuses are passed over. */
  admits?(value: string): boolean;
}

/**
 * Walks the ids that are in all of the given places, newest first, without looking at what is not in the rarest: each range
 * leaps to where the others are.
 * @param bounds ids above `before` and below `after` are left out
 */
export async function* intersect(
  places: readonly Place[],
  { before, after }: { before?: string | undefined; after?: string | undefined } = {},
): AsyncGenerator<string> {
  const ranges = places.map(place => open(place, before, after));
  try {
    let candidate = await ranges[0]?.downTo('~');
    while (candidate !== undefined) {
      let target: string = candidate;
      let agreed = 0;
      // Each range steps down to the target; one that has nothing there names a new, lower one.
      for (let turn = 0; agreed < ranges.length; turn++) {
        const at = await ranges[turn % ranges.length]!.downTo(target);
        if (at === undefined) return;
        if (at === target) agreed += 1;
        else {
          target = at;
          agreed = 1;
        }
      }
      yield target;
      candidate = await ranges[0]!.below(target);
    }
  } finally {
    await Promise.all(ranges.map(range => range.close()));
  }
}

interface Range {
  /** The highest id that is not above the target. */
  downTo(target: string): Promise<string | undefined>;
  /** The highest id below. */
  below(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

function open({ space, prefix, admits }: Place, before: string | undefined, after: string | undefined): Range {
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
  /** What reading in a row has shown: keys passed over, and how often a key was looked for. */
  let passed = 0;
  let asked = 0;

  async function fill(size: number): Promise<void> {
    chunk = [];
    at = 0;
    while (chunk.length === 0 && !isEnded) {
      const fetched = await rows.nextv(size);
      isEnded = fetched.length === 0;
      for (const [key, value] of fetched) if (!admits || admits(value)) chunk.push(key.slice(prefix.length));
    }
  }

  async function downTo(target: string): Promise<string | undefined> {
    asked += 1;
    for (;;) {
      while (at < chunk.length && chunk[at]! > target) {
        at += 1;
        passed += 1;
      }
      if (at < chunk.length) return chunk[at];
      if (isEnded) return undefined;
      const isFar = chunk.length > 0 && passed > asked * FAR;
      if (isFar) rows.seek(`${prefix}${target}`);
      await fill(isFar ? LEAP : ROW);
    }
  }

  return {
    downTo,
    async below(id) {
      const found = await downTo(id);
      if (found !== id) return found;
      at += 1;
      // The iterator stands right behind the chunk: leaping to `id` would find it again.
      if (at === chunk.length) await fill(ROW);
      return chunk[at];
    },
    close: () => rows.close(),
  };
}
