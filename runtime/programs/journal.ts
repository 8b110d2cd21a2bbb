import type { Stored } from '../../machines/schema/reference.ts';
import type { Blobs } from '../blobs.ts';
import type { JournalEntry, StepError, StepOutcome } from '../sandbox/protocol.ts';
import type { Op, Store } from '../store.ts';
import type { DeliveryRow, StepRow } from './rows.ts';

/*
 * The journal of a program: a row for each step, in the order of asking, and a row for each answer, in the order in which the program was
 * given them. Rows are small: larger values lie beside them.
 */

const place = (n: number): string => String(n).padStart(6, '0');
const range = (id: string) => ({ gte: `${id}!`, lt: `${id}"` });

/** What is recorded of a program. */
export interface Recorded {
  steps: Map<number, StepRow>;
  deliveries: Map<number, DeliveryRow>;
}

/** The order of the last answer, -1 before the first. */
export function lastOf({ deliveries }: Recorded): number {
  let last = -1;
  for (const { order } of deliveries.values()) last = Math.max(last, order);
  return last;
}

export function createJournal(store: Store, blobs: Blobs) {
  async function read(id: string): Promise<Recorded> {
    const steps = new Map<number, StepRow>();
    const deliveries = new Map<number, DeliveryRow>();
    for (const row of await store.journal.values(range(id)).all()) {
      if ('order' in row) deliveries.set(row.n, row);
      else steps.set(row.n, row);
    }
    return { steps, deliveries };
  }

  function outcomeOf({ ok, value }: DeliveryRow): StepOutcome {
    if (!ok) return { ok: false, error: blobs.value(value!) as StepError };
    return value ? { ok: true, json: blobs.text(value) } : { ok: true };
  }

  return {
    read,
    outcomeOf,
    stepAt: (id: string, n: number): StepRow | undefined => store.journal.getSync(`${id}!s${place(n)}`) as StepRow | undefined,
    /** The steps that are stored, read at once: of a program that has ended there are no more than it may make calls. */
    stepsOf(id: string): StepRow[] {
      const rows: StepRow[] = [];
      for (let n = 0; ; n++) {
        const row = store.journal.getSync(`${id}!s${place(n)}`) as StepRow | undefined;
        if (row) rows.push(row);
        else if (n > 0) return rows;
      }
    },
    step: (id: string, row: StepRow): Op => store.put(store.journal, `${id}!s${place(row.n)}`, row),
    delivery: (id: string, row: DeliveryRow): Op => store.put(store.journal, `${id}!d${place(row.order)}`, row),

    /** As the sandbox takes it. */
    entries: ({ steps, deliveries }: Recorded): JournalEntry[] =>
      [...steps.values()].map(({ n, kind, hash, summary, line }) => {
        const delivery = deliveries.get(n);
        return {
          n,
          kind,
          hash,
          summary,
          ...(line !== undefined && { line }),
          ...(delivery && { delivered: { order: delivery.order, at: delivery.at, outcome: outcomeOf(delivery) } }),
        };
      }),

    /**
     * Operations that begin another program's journal with the answered steps up to a given one. Values are copied: either program may be
     * removed without the other.
     */
    copy({ steps, deliveries }: Recorded, to: string, upTo: number): Op[] {
      const ops: Op[] = [];
      for (const [n, row] of steps) {
        const delivery = deliveries.get(n);
        if (n > upTo || !delivery) continue;
        const { request, ...kept } = row;
        ops.push(
          store.put(store.journal, `${to}!s${place(n)}`, { ...kept, ...(request && { request: copied(request) }), kept: true }),
          store.put(store.journal, `${to}!d${place(delivery.order)}`, {
            ...delivery,
            ...(delivery.value && { value: copied(delivery.value) }),
          }),
        );
      }
      return ops;
    },

    /** Operations that remove it, with the values that lie beside it. */
    async drop(id: string): Promise<Op[]> {
      const ops: Op[] = [];
      for await (const [key, row] of store.journal.iterator(range(id))) {
        ops.push(store.del(store.journal, key));
        for (const stored of ['order' in row ? row.value : row.request])
          if (stored && 'ref' in stored) ops.push(store.del(store.blob, stored.ref));
      }
      return ops;
    },
  };

  function copied(stored: Stored): Stored {
    return 'ref' in stored ? blobs.keepJson(blobs.text(stored)) : stored;
  }
}
export type Journal = ReturnType<typeof createJournal>;
