import variant from '@jitl/quickjs-wasmfile-release-sync';
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core';
import { atTime } from './given-time.ts';
import { takePicture } from './picture.ts';
import { PRELUDE } from './prelude/prelude.ts';

/** What a VM tells while it computes. It must not throw and must not call back into the VM. */
export interface Ears {
  /** The program asks for something. Returns the step's number, or 0 when the program is at its end. */
  issue(kind: string, request: string, stack: string): number;
  /** Output (1: go on, 0: no more of its kind is wanted, -1: the program is at its end), and the end: `done` with a JSON text, `failed` with a description of what was thrown. */
  put(kind: string, level: string, text: string, stack: string): number;
  /** Asked every so often while it computes; true stops the VM for good. */
  interrupted(): boolean;
}

/**
 * One QuickJS in a WebAssembly instance of its own, for one program. Before the next one every byte of its memory is put back to what it
 * was before the first: nothing of a program is left. An instance that trapped or grew is let go. All of it is synchronous.
 */
export interface Vm {
  /** Tells who listens, and makes chance and limits this program's. */
  begin(ears: Ears, settings: { seed: readonly number[]; now: number; stack: number }): void;
  run(source: string, named: boolean): void;
  settle(n: number, ok: boolean, json: string | undefined): void;
  /** Runs what is due until nothing is. */
  drain(): void;
  /** Sets the only clock the program can see. */
  setTime(now: number): void;
  /** Bytes the program may have. */
  readonly memory: number;
  /** Bytes its memory takes in this process, whatever the program itself uses. */
  size(): number;
  /** Its memory cannot grow any more: the engine then throws what it can, at times only null. */
  full(): boolean;
  /** Makes it what it was before its program. False when it cannot be: then it is of no further use. */
  renew(): boolean;
}

/** A VM ended by its own engine: `message` is QuickJS's, or V8's when the WebAssembly trapped. */
export class VmError extends Error {
  override readonly name = 'VmError';
}

const PAGE = 64 * 1024;
/** What the engine is built to begin with, and what it needs for itself. */
const PAGES = 256;
const ENGINE = 2 * 1024 * 1024;
/** Memory grows in steps of some percent: the last step before the ceiling is not always taken. */
const NEARLY = 0.85;

const silent: Ears = { issue: () => 0, put: () => 0, interrupted: () => false };

/** Makes a VM with the SDK in it, waiting for a program that may use so many bytes of memory. */
export async function createVm(wasm: WebAssembly.Module, memory: number): Promise<Vm> {
  // The engine's own limit counts allocations here, not bytes: the ceiling that holds is the WebAssembly memory's.
  const maximum = Math.max(PAGES, Math.ceil((memory + ENGINE) / PAGE));
  const wasmMemory = new WebAssembly.Memory({ initial: PAGES, maximum });
  const engine = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule: () => Promise.resolve(wasm), wasmMemory }));
  const runtime = engine.newRuntime();
  const context = runtime.newContext();
  let ears = silent;
  let now = 0;
  /** The engine gave up in the middle of something: what of it lies outside its memory, its stack, is not what it was. */
  let broken = false;
  runtime.setInterruptHandler(() => ears.interrupted());

  /** Runs in the VM with the program's clock. */
  function enter<T>(inside: () => T): T {
    try {
      return atTime(now, inside);
    } catch (error) {
      broken = true;
      throw error instanceof VmError ? error : new VmError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  const doors = enter(() => open(context, () => ears));
  const picture = takePicture(wasmMemory);

  return {
    begin(listener, { seed, now: at, stack }) {
      ears = listener;
      now = at;
      runtime.setMaxStackSize(stack);
      enter(() => doors.reseed(seed));
    },
    run: (source, named) => enter(() => doors.run(source, named)),
    settle: (n, ok, json) => enter(() => doors.settle(n, ok, json)),
    drain: () =>
      enter(() => {
        while (runtime.hasPendingJob()) {
          const result = runtime.executePendingJobs();
          if (result.error) throw thrown(context, result.error);
        }
      }),
    setTime(at) {
      now = at;
    },
    memory,
    size: () => wasmMemory.buffer.byteLength,
    full: () => wasmMemory.buffer.byteLength >= maximum * PAGE * NEARLY,
    renew() {
      ears = silent;
      now = 0;
      return !broken && picture.restore();
    },
  };
}

/** Evaluates the prelude and keeps its doors. */
function open(context: QuickJSContext, ears: () => Ears) {
  const issue = context.newFunction('issue', (kind, request, stack) =>
    context.newNumber(ears().issue(context.getString(kind), context.getString(request), context.getString(stack))),
  );
  const put = context.newFunction('put', (kind, level, text, stack) => {
    const goOn = ears().put(context.getString(kind), context.getString(level), context.getString(text), context.getString(stack));
    return context.newNumber(goOn);
  });
  const prelude = unwrap(context, context.evalCode(PRELUDE, 'sdk.js', { strict: true }));
  const exports = unwrap(context, context.callFunction(prelude, context.undefined, issue, put));
  const settle = context.getProp(exports, 'settle');
  const run = context.getProp(exports, 'run');
  const reseed = context.getProp(exports, 'reseed');
  prelude.dispose();
  exports.dispose();
  // The host's doors are held for good: were a program to let go of the last function that uses one, they would be gone for the next too.

  const call = (door: QuickJSHandle, handles: QuickJSHandle[]): void => {
    const result = context.callFunction(door, context.undefined, ...handles);
    for (const handle of handles) handle.dispose();
    unwrap(context, result).dispose();
  };
  return {
    run(source: string, named: boolean): void {
      const program = unwrap(context, context.evalCode(source, 'program', { strict: true }));
      call(run, [program, named ? context.true : context.false]);
    },
    settle(n: number, ok: boolean, json: string | undefined): void {
      const text = json === undefined ? context.undefined : context.newString(json);
      call(settle, [context.newNumber(n), ok ? context.true : context.false, text]);
    },
    reseed: (seed: readonly number[]): void =>
      call(
        reseed,
        seed.map(n => context.newNumber(n)),
      ),
  };
}

function unwrap(context: QuickJSContext, result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
  if (result.error) throw thrown(context, result.error);
  return result.value;
}

function thrown(context: QuickJSContext, error: QuickJSHandle): VmError {
  const dumped: unknown = context.dump(error);
  error.dispose();
  if (dumped === null || typeof dumped !== 'object') return new VmError(String(dumped));
  const { name, message, stack } = dumped as { name?: string; message?: string; stack?: string };
  return Object.assign(new VmError(`${name}: ${message}`), { inner: { name, message, stack } });
}
