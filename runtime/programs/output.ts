import type { ProgramOutput } from '../../machines/schema/execution.ts';
import type { Output } from '../sandbox/protocol.ts';
import type { Op, Store } from '../store.ts';

const keyOf = (id: string, i: number): string => `${id}!${String(i).padStart(6, '0')}`;
const range = (id: string) => ({ gte: `${id}!`, lt: `${id}"` });

/** What programs show while they run: emitted values and console lines. The sandbox bounds both. */
export function createOutput(store: Store) {
  return {
    /** Queues what was shown for the next batch. A program that is run again shows the same under the same numbers. */
    add(id: string, items: readonly Output[]): void {
      const ops = items.map(item => {
        const line = item.line === undefined ? {} : { line: item.line };
        const row =
          item.kind === 'emit'
            ? { kind: item.kind, text: item.json, ...line }
            : { kind: item.kind, text: item.text, level: item.level, ...line };
        return store.put(store.output, keyOf(id, item.i), row);
      });
      store.write(ops).catch(() => {
        // The writer has already ended all writing and told the daemon.
      });
    },

    async read(id: string): Promise<ProgramOutput> {
      const output: ProgramOutput = { emitted: [], logs: [] };
      // Most programs show nothing, and what they show is numbered from 0: a look for the first costs less than opening a range.
      if (store.output.getSync(keyOf(id, 0)) === undefined) return output;
      for (const { kind, text, level = 'info', line } of await store.output.values(range(id)).all()) {
        const where = line === undefined ? {} : { line };
        if (kind === 'emit') output.emitted.push({ value: JSON.parse(text), ...where });
        else output.logs.push({ level, text, ...where });
      }
      return output;
    },

    async drop(id: string): Promise<Op[]> {
      const ops: Op[] = [];
      for await (const key of store.output.keys(range(id))) ops.push(store.del(store.output, key));
      return ops;
    },
  };
}
export type ProgramShows = ReturnType<typeof createOutput>;
