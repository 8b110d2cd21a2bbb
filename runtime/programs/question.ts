import { FaultError } from '../../machines/schema/fault.ts';
import type { Actor } from '../actor.ts';
import type { Store } from '../store.ts';

/**
 * Which interaction of a program's calls an answer is for. It may be left open only while they have had exactly one.
 * @throws FaultError interaction_required with those that wait
 */
export async function questionOf(
  id: string,
  wanted: string | undefined,
  { store, call }: { store: Store; call: (id: string) => Actor<'call'> | undefined },
): Promise<string> {
  if (wanted !== undefined) {
    const child = call(wanted.slice(0, wanted.lastIndexOf('.')));
    if (child?.context.parent === id && child.context.interactions.some(({ n }) => `${child.id}.${n}` === wanted)) return wanted;
  }
  // What is being stored counts too.
  await store.writer.settled();
  const prefix = `asked!${id}!`;
  const keys = await store.index.keys({ gte: prefix, lt: `asked!${id}"` }).all();
  const all = keys.flatMap(key => {
    const child = call(key.slice(prefix.length));
    return (child?.context.interactions ?? []).map(({ n, kind, message, settledAt }) => ({
      shown: { id: `${child!.id}.${n}`, executionId: child!.id, tool: child!.context.path, kind, message },
      settled: settledAt !== undefined,
    }));
  });
  const [only] = all;
  if (wanted === undefined && only && all.length === 1) return only.shown.id;
  const pending = all.filter(({ settled }) => !settled).map(({ shown }) => shown);
  const message =
    wanted !== undefined
      ? `${id} has no interaction ${wanted}`
      : pending.length > 0
        ? 'say which interaction this answers'
        : 'this execution waits for nothing';
  throw new FaultError('interaction_required', message, { details: { pending } });
}
