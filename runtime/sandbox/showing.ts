import { lineIn } from './ending.ts';
import type { LimitName, Limits } from './limits.ts';
import type { Output } from './protocol.ts';

/** Every log entry costs something beside its text. */
const ENTRY = 32;

/** Collects what a program shows, within its limits: too much output ends the program, too many logs are only dropped. */
export function createShowing(limits: Limits, doom: (limit: LimitName) => void) {
  let items: Output[] = [];
  let i = 0;
  let bytes = 0;
  let logged = 0;
  let full = false;

  /** Counts a text as output; false when it is too much. */
  function fits(json: string): boolean {
    bytes += json.length;
    if (bytes > limits.output) doom('output');
    return bytes <= limits.output;
  }

  return {
    emit(json: string, stack: string): void {
      if (!fits(json)) return;
      items.push({ i: i++, kind: 'emit', json, ...at(stack) });
    },
    /** Returns false when no more is taken. */
    log(level: string, text: string, stack: string): boolean {
      if (full) return false;
      logged += text.length + ENTRY;
      full = logged > limits.logs;
      items.push(
        full
          ? { i: i++, kind: 'log', level: 'warn', text: `console output after the first ${limits.logs} characters was dropped` }
          : { i: i++, kind: 'log', level, text, ...at(stack) },
      );
      return !full;
    },
    fits,
    /** What is new since it was last asked. */
    take(): Output[] {
      const taken = items;
      items = [];
      return taken;
    },
  };
}

const at = (stack: string): { line?: number } => {
  const line = lineIn(stack);
  return line === undefined ? {} : { line };
};
