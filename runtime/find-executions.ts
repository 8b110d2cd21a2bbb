import type { Plan } from './execution-index.ts';
import { rangesOf } from './execution-index.ts';
import { intersect } from './intersect.ts';
import type { Store } from './store.ts';

/**
 * Ids of executions that may belong to the answer, newest first, each once. Active ones are few; they are taken before the index is
 * opened, so that one that comes to rest meanwhile is found in either.
 * @param before ids that are not below it are left out
 */
export async function* findExecutions(store: Store, plan: Plan, before: string | undefined): AsyncGenerator<string> {
  const { after } = plan;
  const bound = before !== undefined && (plan.before === undefined || before < plan.before) ? before : plan.before;
  const active = plan.active ? await activeIds(store, after, bound) : [];
  let at = 0;
  if (plan.ranges.length > 0) {
    for await (const id of intersect(rangesOf(store, plan.ranges), { after, before: bound })) {
      while (at < active.length && active[at]! > id) yield active[at++]!;
      if (active[at] === id) at += 1;
      yield id;
    }
  }
  while (at < active.length) yield active[at++]!;
}

/** Calls and programs that are busy, newest first. */
async function activeIds(store: Store, after: string | undefined, before: string | undefined): Promise<string[]> {
  const range = (prefix: string) => store.active.keys({ gte: `${prefix}${after ?? ''}`, lt: `${prefix}${before ?? '~'}` }).all();
  const names = [...(await range('call:')), ...(await range('program:'))];
  return names
    .map(name => name.slice(name.indexOf(':') + 1))
    .sort()
    .reverse();
}
