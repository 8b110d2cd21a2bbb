import { setImmediate as turn } from 'node:timers/promises';
import type { AnyStateMachine } from 'xstate';
import type { Catalog } from './catalog.ts';
import type { Logic } from './logic.ts';
import type { Registry } from './registry.ts';
import { prepare } from './restore.ts';
import { advance, begin, persisted } from './step.ts';
import type { ActorKind, Store } from './store.ts';
import type { Upstream } from './upstream.ts';

/** So many of the newest waiting calls are got ready for. */
const WAITING = 50;
/** So often a machine is run through, until the engine has taken its steps for worth compiling. */
const RUNS = 40;

/**
 * What the first answer after a start needs and the start itself does not: it is done when the daemon has come up, a piece in each turn
 * of the event loop, so that nobody waits for more than one. Nothing of it is seen, and nothing depends on it.
 */
export async function warmUp(parts: {
  store: Store;
  registry: Registry;
  catalog: Catalog;
  upstream: Upstream;
  logics: Record<ActorKind, Logic>;
  /** Makes a sandbox ready. */
  sandbox: () => void;
  isEnding: () => boolean;
}): Promise<void> {
  const { store, registry, catalog, upstream, logics, sandbox, isEnding } = parts;
  for (const logic of Object.values(logics)) {
    if (isEnding()) return;
    prepare(logic);
    await turn();
  }
  await upstream.warm();
  const tools = new Set<string>();
  let isProgramWaiting = false;
  for await (const key of store.index.keys({ gte: 'pending!', lt: 'pending"', reverse: true, limit: WAITING })) {
    if (isEnding()) return;
    try {
      const call = registry.stored('call', key.slice('pending!'.length));
      if (call?.context.parent !== undefined) isProgramWaiting = true;
      if (!call || tools.has(call.context.path)) continue;
      tools.add(call.context.path);
      catalog.validate(catalog.find(call.context.path).tool, {});
    } catch {
      // Its tool is gone, or wants arguments: whoever answers will be told.
    }
    await turn();
  }
  if (isProgramWaiting && !isEnding()) sandbox();
  for (let run = 0; run < RUNS; run++) {
    if (isEnding()) return;
    rehearse(logics.call);
    if (run % 4 === 3) await turn();
  }
}

/** An approved write, in memory only. */
function rehearse({ machine, index }: Logic): void {
  const chart = machine as AnyStateMachine;
  const at = new Date(0).toISOString();
  const end = (id: string, output: unknown) => ({ type: `xstate.done.actor.${id}`, actorId: id, output, at });
  const resolved = { source: 'a', effect: 'write', hash: '', revision: 0 };
  const judged = { verdict: { decision: 'ask', rule: '' }, resolved, binding: 'a' };
  const input = { id: 'exec_', at, path: 'a.b.c', input: { value: {} }, principal: { id: 'owner', name: 'owner', role: 'owner' } };
  let [snapshot] = begin(chart, input);
  const events = [
    end('resolve', resolved),
    end('judge', judged),
    { type: 'answer', n: 1, action: 'accept', by: 'owner', at },
    end('judge', judged),
    end('attempt', { result: { value: null }, http: { status: 200, headers: {} } }),
  ];
  for (const event of events) {
    [snapshot] = advance(chart, snapshot, event);
    JSON.stringify(persisted(snapshot));
    index('exec_', snapshot);
  }
}
