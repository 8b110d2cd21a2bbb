import { FaultError } from '../machines/schema/fault.ts';

/** What ends an effect early. Most effects end at once and never ask for a signal, so none is made before. */
export interface Leash {
  signal(): AbortSignal;
  pull(why: string): void;
  isPulled(): boolean;
}

export function createLeash(): Leash {
  let controller: AbortController | undefined;
  let pulled: FaultError | undefined;
  return {
    signal() {
      if (!controller) {
        controller = new AbortController();
        if (pulled) controller.abort(pulled);
      }
      return controller.signal;
    },
    pull(why) {
      pulled = new FaultError('cancelled', why);
      controller?.abort(pulled);
    },
    isPulled: () => pulled !== undefined,
  };
}
