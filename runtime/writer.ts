import { crashPoint } from './crash-point.ts';

/** Something that has to be on disk: its operations are asked for as late as possible, so that what changed twice is written once. */
export interface Job<Op> {
  ops(): Op[];
  /** True when the batch must reach the disk itself (fsync) before it counts. */
  sync(): boolean;
  /** True while nobody waits for it: it may go along with a later batch, but no later than `PATIENCE_MS` after it was added. */
  patient?(): boolean;
  done(cursor: number): void;
  failed(error: unknown): void;
}

/** So long a job may wait for others. */
const PATIENCE_MS = 4;

interface Queued<Op> {
  job: Job<Op>;
  /** Until when it may wait, on the clock of `performance`. */
  until: number;
}

export interface Writer<Op> {
  add(job: Job<Op>): void;
  /** Says that a job that was patient is so no more. */
  hurry(): void;
  write(ops: Op[], options?: { sync?: boolean }): Promise<number>;
  /** Resolves when what is queued now is on disk, but for what is patient: at once when nothing is. Rejects when a write failed. */
  settled(): Promise<void>;
  /** The newest commit number. */
  cursor(): number;
  /** Resolves when everything queued so far is on disk; rejects when a write failed. */
  idle(): Promise<void>;
}

/**
 * One pipeline for everything that is stored.
 *
 * W1. Jobs of one tick are one atomic batch; while a batch is under way the next one gathers. A patient job joins a later one.
 * W2. Batches are numbered and applied in order.
 * W3. A failed batch ends all writing: what is in memory is ahead of the disk, so nothing may act on it any more.
 */
export function createWriter<Op>(options: {
  cursor: number;
  stamp(cursor: number): Op;
  commit(ops: Op[], sync: boolean): Promise<void>;
  onFatal(error: unknown): void;
}): Writer<Op> {
  let { cursor } = options;
  let queue: Queued<Op>[] = [];
  let running: Promise<void> | undefined;
  let broken: { error: unknown } | undefined;

  let patience: NodeJS.Timeout | undefined;
  let isClosing = false;

  /** The jobs of the next batch. What can still wait stays in the queue. */
  function take(): Job<Op>[] {
    const now = performance.now();
    const jobs: Job<Op>[] = [];
    const waiting: Queued<Op>[] = [];
    for (const queued of queue) {
      if (!isClosing && queued.until > now && queued.job.patient?.()) waiting.push(queued);
      else jobs.push(queued.job);
    }
    queue = waiting;
    if (waiting.length === 0) {
      clearTimeout(patience);
      patience = undefined;
    }
    return jobs;
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
        clearTimeout(patience);
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
    const isPatient = job.patient?.() ?? false;
    queue.push({ job, until: isPatient ? performance.now() + PATIENCE_MS : 0 });
    if (isPatient) patience ??= setTimeout(lose, PATIENCE_MS);
    else start();
  }

  function lose(): void {
    patience = queue.some(({ until }) => until > performance.now()) ? setTimeout(lose, PATIENCE_MS) : undefined;
    start();
  }

  const write: Writer<Op>['write'] = (ops, { sync = false } = {}) =>
    new Promise((resolve, reject) => add({ ops: () => ops, sync: () => sync, done: resolve, failed: reject }));

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
