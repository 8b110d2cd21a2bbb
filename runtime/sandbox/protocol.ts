import type { Fault } from '../../machines/schema/fault.ts';
import type { Limits } from './limits.ts';

/** What a program may ask of its host. Everything else it computes for itself. */
export type StepKind = 'call' | 'search' | 'describe' | 'sleep';

/**
 * One thing a program asks of its host. `n` is its causal position: the order in which the program asks, which depends on nothing but the
 * code, the seed and the deliveries before it.
 */
export interface Step {
  readonly n: number;
  readonly kind: StepKind;
  /**
   * JSON text: call `{path, input, connection?, idempotencyKey?}` · search `{query, source?, limit?, cursor?}` · describe `{path}` ·
   * sleep `{ms}`.
   */
  readonly request: string;
  /** SHA-256 of the kind and the request. */
  readonly hash: string;
  /** The request, short enough to be shown and kept in a row. */
  readonly summary: string;
  /** The line of the user's code that asked. */
  readonly line?: number;
  /** How many deliveries the program had had when it asked. */
  readonly after: number;
}

export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly details?: unknown;
}

/** How a step ended: JSON text (none means undefined), or what the program is to catch as a ToolError. */
export type StepOutcome = { readonly ok: true; readonly json?: string } | { readonly ok: false; readonly error: StepError };

/** The end of a step, handed to the program; its clock then shows `at`. */
export interface Delivery {
  readonly n: number;
  readonly at: string;
  readonly outcome: StepOutcome;
}

/** A step as the journal has it. Those without `delivered` are still waited for. */
export interface JournalEntry extends Pick<Step, 'n' | 'kind' | 'hash' | 'summary' | 'line'> {
  /** `order` is the place among all deliveries of the run; only its order counts, gaps do not. */
  readonly delivered?: { readonly order: number; readonly at: string; readonly outcome: StepOutcome };
}

export interface Program {
  readonly code: string;
  /** What all randomness of the run comes from. */
  readonly seed: string;
  /** ISO time: what the program's clock shows until the first delivery. */
  readonly startedAt: string;
  /** What happened already. Nothing in it is asked of the host again. */
  readonly journal: readonly JournalEntry[];
  readonly limits?: Partial<Limits>;
}

/** What a program shows while it runs. `i` counts from 0 in every residence, so writing the same again changes nothing. */
export type Output =
  | { readonly i: number; readonly kind: 'emit'; readonly json: string; readonly line?: number }
  | { readonly i: number; readonly kind: 'log'; readonly level: string; readonly text: string; readonly line?: number };

/** How a residence ended. A parked program goes on when it is started again with its journal. */
export type Outcome = (
  | { readonly type: 'done'; readonly json: string }
  | { readonly type: 'failed'; readonly fault: Fault }
  | { readonly type: 'parked' }
) & {
  readonly figures: Figures;
};

export interface Figures {
  readonly computeMs: number;
  readonly steps: number;
  readonly deliveries: number;
}

/** What one turn brought: the program computed until it had nothing left to do. */
export interface Turn {
  readonly steps: readonly Step[];
  readonly output: readonly Output[];
  /** Steps whose end the program has not been given. */
  readonly waiting: readonly number[];
  readonly figures: Figures;
  readonly end?: { readonly type: 'done'; readonly json: string } | { readonly type: 'failed'; readonly fault: Fault };
}

/** To the worker. A second `start` before the end of the first, or a delivery without one, does not happen. */
export type Order =
  | { readonly type: 'start'; readonly program: Omit<Program, 'limits'>; readonly limits: Limits }
  | { readonly type: 'deliver'; readonly deliveries: readonly Delivery[] }
  /** Throws the VM of a program that has not ended away and makes one ready; `ready` follows. */
  | { readonly type: 'drop' };

/**
 * From the worker. `spoiled` says that its thread is not to be used for another program; if it is not, `ready` follows the turn that ends one.
 */
export type Report = { readonly type: 'ready' } | { readonly type: 'turn'; readonly turn: Turn; readonly spoiled: boolean };

export interface WorkerData {
  readonly wasm: WebAssembly.Module;
  /** Bytes that programs usually may have: the VMs made ready are made for so many. */
  readonly memory: number;
  /** Counts up while a VM computes: silence during a turn means that it hangs in native code. */
  readonly beats: SharedArrayBuffer;
}
