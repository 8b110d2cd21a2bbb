import { crashPoint } from './crash-point.ts';

/** Something that has to be on disk: its operations are asked for as late as possible, so that what changed twice is written once. */
export interface Job<Op> {
  ops(): Op[];
  /** True when the batch must reach the disk itself (fsync) before it counts. */
  sync(): boolean;
  /** How it may wait; undefined when somebody waits for it. */
  patience?(): Patience | undefined;
  done(cursor: number): void;
  failed(error: unknown): void;
}

/**
 * What a job may do for which nobody waits: `stay` behind when a batch is written, because it is likely to change before long, or only
 * `join` the next one, so that nothing that comes after it is stored without it.
 */
export type Patience = 'stay' | 'join';

/** So long a job may wait for others, in milliseconds. */
const PATIENCE_MS = { stay: 4, join: 50 };

interface Queued<Op> {
  job: Job<Op>;
  /** Since when it waits. */
  since: number;
}

export interface Writer<Op> {
  add(job: Job<Op>): void;
  /** Says that a job that was patient is so no more. */
  hurry(): void;
  /** `patience` is for what nobody waits for. */
  write(ops: Op[], options?: { sync?: boolean; patience?: Patience }): Promise<number>;
  /** Resolves when what is queued now is on disk, but for what may stay behind: at once when nothing is. Rejects when a write failed. */
  settled(): Promise<void>;
  /** The newest commit number. */
  cursor(): number;
  /** Resolves when everything queued so far is on disk; rejects when a write failed. */
  idle(): Promise<void>;
}

/**
 * One pipeline for everything that is stored.
 *
 * W1. Jobs of one tick are one atomic batch; while a batch is under way the next one gathers. A patient job makes no batch of its own
 *     before its time is over.
 * W2. Batches are numbered and applied in order.
 * W3. A failed batch ends all writing: what is in memory is ahead of the disk, so nothing may act on it any more.
 */
export function createWriter<Op>(options: {
  cursor: number;
  stamp(cursor: number): Op;
  commit(ops: Op[], sync: boolean): Promise<void>;
  onFatal(error: unknown): void;
  /** What patience is measured by, in milliseconds; `performance.now` unless told. */
  clock?: () => number;
}): Writer<Op> {
  const { clock = () => performance.now() } = options;
  let { cursor } = options;
  let queue: Queued<Op>[] = [];
  let running: Promise<void> | undefined;
  let broken: { error: unknown } | undefined;

  let bell: NodeJS.Timeout | undefined;
  let ringsAt = Number.POSITIVE_INFINITY;
  let isClosing = false;

  /** How long a job may still wait, in milliseconds: nothing when somebody waits for it or its time is over. */
  function leisure({ job, since }: Queued<Op>, now: number): { patience: Patience; left: number } | undefined {
    const patience = isClosing ? undefined : job.patience?.();
    const left = patience ? since + PATIENCE_MS[patience] - now : 0;
    return patience && left > 0 ? { patience, left } : undefined;
  }

  /** The jobs of the next batch: none while all can wait. */
  function take(): Job<Op>[] {
    const now = clock();
    const jobs: Job<Op>[] = [];
    const waiting: Queued<Op>[] = [];
    let mustBe = false;
    let left = Number.POSITIVE_INFINITY;
    for (const queued of queue) {
      const at = leisure(queued, now);
      mustBe ||= !at;
      if (at) left = Math.min(left, at.left);
      if (at?.patience === 'stay') waiting.push(queued);
      else jobs.push(queued.job);
    }
    if (mustBe) queue = waiting;
    if (queue.length > 0) ringIn(left);
    return mustBe ? jobs : [];
  }

  async function drain(): Promise<void> {
    await tick();
    for (let jobs = take(); jobs.length > 0; jobs = take()) {
      try {
        const sync = jobs.some(job => job.sync());
        const ops = jobs.flatMap(job => job.ops());
        const next = cursor + 1;
        ops.push(options.stamp(next));
        crashPoint('before-batch');
        await options.commit(ops, sync);
        crashPoint('after-batch');
        cursor = next;
      } catch (error) {
        broken = { error };
        for (const job of [...jobs, ...queue.map(({ job }) => job)]) job.failed(error);
        queue = [];
        clearTimeout(bell);
        running = undefined;
        options.onFatal(error);
        return;
      }
      for (const job of jobs) job.done(cursor);
      await tick();
    }
    // In the same tick as the last look at the queue: what is added from here on starts a run of its own.
    running = undefined;
  }

  function start(): void {
    running ??= drain();
  }

  function add(job: Job<Op>): void {
    if (broken) {
      job.failed(broken.error);
      return;
    }
    const patience = job.patience?.();
    queue.push({ job, since: patience ? clock() : 0 });
    if (patience) ringIn(PATIENCE_MS[patience]);
    else start();
  }

  /** Sees to it that nothing waits longer than it may. A bell that rings for nothing costs less than to hold it back. */
  function ringIn(ms: number): void {
    const at = clock() + ms;
    if (at >= ringsAt) return;
    clearTimeout(bell);
    ringsAt = at;
    bell = setTimeout(ring, ms);
  }

  function ring(): void {
    ringsAt = Number.POSITIVE_INFINITY;
    if (queue.length > 0) start();
  }

  const write: Writer<Op>['write'] = (ops, { sync = false, patience } = {}) =>
    new Promise((resolve, reject) =>
      add({ ops: () => ops, sync: () => sync, ...(patience && { patience: () => patience }), done: resolve, failed: reject }),
    );

  return {
    add,
    hurry() {
      if (queue.length > 0) start();
    },
    write,
    async settled() {
      if (running || queue.length > 0 || broken) await write([]);
    },
    cursor: () => cursor,
    async idle() {
      isClosing = true;
      while (running || (queue.length > 0 && !broken)) {
        start();
        await running;
      }
      isClosing = false;
      if (broken) throw broken.error;
    },
  };
}

/** Resolves when everything that is ready to run has run, short of new events from outside. */
const tick = (): Promise<void> => new Promise(resolve => queueMicrotask(() => process.nextTick(resolve)));
