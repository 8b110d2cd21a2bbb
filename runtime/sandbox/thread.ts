import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Order, Report, WorkerData } from './protocol.ts';

/** Heap a thread may have beside the VM's own memory: requests, results and a journal pass through it. */
const HEAP_MB = 256;

const fromSource = import.meta.url.endsWith('.ts');
const entry = new URL(fromSource ? './worker.ts' : './sandbox.js', import.meta.url);

/** In tests there is no bundle: the worker loads the source itself, through tsx, whose loader does not reach into threads by flags. */
const bootstrap = (): string => `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(entry.href)});
});`;

let compiled: Promise<WebAssembly.Module> | undefined;

/** QuickJS, compiled once for all threads. */
const engine = (): Promise<WebAssembly.Module> => {
  compiled ??= readFile(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')).then(bytes =>
    WebAssembly.compile(bytes),
  );
  return compiled;
};

/** A sandbox thread as the pool sees it. */
export interface Thread {
  post(order: Order): void;
  /** Changes while a VM in it computes. */
  pulse(): number;
  /** Ends it at once, whatever it does. Nothing is heard of it afterwards. */
  kill(): Promise<void>;
}

export interface Listener {
  report(report: Report): void;
  /** The thread ended by itself. */
  died(error: Error & { code?: string }): void;
}

/** Starts a thread; it reports `ready` when a VM waits for a program. */
export async function startThread(memory: number, listener: Listener): Promise<Thread> {
  const beats = new SharedArrayBuffer(4);
  const worker = new Worker(fromSource ? bootstrap() : entry, {
    eval: fromSource,
    workerData: { wasm: await engine(), memory, beats } satisfies WorkerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
    execArgv: [],
    env: {},
  });
  const counter = new Int32Array(beats);
  let dead = false;
  const died = (error: Error & { code?: string }): void => {
    if (dead) return;
    dead = true;
    listener.died(error);
  };
  worker.on('message', (report: Report) => {
    if (dead) return;
    // Only a program keeps the process alive.
    if (report.type === 'ready') worker.unref();
    listener.report(report);
  });
  worker.on('error', died);
  worker.on('exit', code => died(new Error(`the thread ended with code ${code}`)));
  return {
    post: order => {
      if (order.type === 'start') worker.ref();
      worker.postMessage(order);
    },
    pulse: () => Atomics.load(counter, 0),
    kill: async () => {
      dead = true;
      await worker.terminate();
    },
  };
}
