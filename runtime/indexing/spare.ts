import { Worker } from 'node:worker_threads';

/** Heap the worker may have: enough for the largest documents there are, an end for those that would take the machine down. */
export const HEAP_MB = 2_048;
/** A worker that has read a larger document has a heap to match: it is ended, and its memory with it. */
const SPARED_BYTES = 8 * 1024 * 1024;
/** A worker nobody wants for so long is ended. */
const IDLE_MS = 5_000;

const fromSource = import.meta.url.endsWith('.ts');
const entry = new URL(fromSource ? './worker.ts' : './indexer.js', import.meta.url);

/** In tests there is no bundle: the worker loads the source itself, through tsx, whose loader does not reach into threads by flags. */
const bootstrap = (): string => `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(entry.href)});
});`;

/** One worker that has nothing to do at the moment: starting one takes longer than reading most documents. */
let spare: { worker: Worker; timer: NodeJS.Timeout } | undefined;

/** A worker for one order: the spare one, or a new one. */
export function hire(): Worker {
  if (spare) {
    const { worker, timer } = spare;
    spare = undefined;
    clearTimeout(timer);
    forget(worker);
    worker.ref();
    return worker;
  }
  return start();
}

const start = (): Worker =>
  new Worker(fromSource ? bootstrap() : entry, {
    eval: fromSource,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    execArgv: [],
  });

/** A document is about to come: by then there is a worker for it. */
export function expect(): void {
  if (!spare) keep(start());
}

/** Gives a worker back that has done its order, with the size of its document. */
export async function giveBack(worker: Worker, bytes: number): Promise<void> {
  forget(worker);
  if (spare || bytes > SPARED_BYTES) {
    await worker.terminate();
    return;
  }
  keep(worker);
}

function keep(worker: Worker): void {
  // It keeps nobody from leaving.
  worker.unref();
  const timer = setTimeout(() => dismiss(worker), IDLE_MS);
  timer.unref();
  spare = { worker, timer };
  for (const end of ['error', 'exit']) worker.once(end, () => dismiss(worker));
}

/** Takes off who listened; by name, for a thread hears itself in this way, too. */
function forget(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}

function dismiss(worker: Worker): void {
  if (spare?.worker !== worker) return;
  clearTimeout(spare.timer);
  spare = undefined;
  forget(worker);
  // One that has failed is gone already.
  worker.on('error', () => {});
  void worker.terminate();
}
