import { toFault } from '../machines/schema/fault.ts';
import { createLeash, type Leash } from './effect-leash.ts';
import type { Live } from './live.ts';
import type { Effect, EffectRequest, Logic } from './logic.ts';
import type { ActorKind } from './store.ts';

/** What XState says of a child that is to be started. */
export interface Spawn {
  id: string;
  src: string;
  input: unknown;
}

/** The end of an effect, as XState names it. */
export interface End {
  type: string;
  actorId: string;
  output?: unknown;
  error?: unknown;
}

/** Starts and stops the effects that transitions name. Their ends come back as events, unless they were stopped. */
export function createEffects(logics: Record<ActorKind, Logic>, onEnd: (actor: Live, end: End) => void) {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  function run(actor: Live, id: string, effect: Effect, request: EffectRequest, leash: Leash): void {
    const finish = (end: End) => {
      if (leash.isPulled() || isClosed) return;
      actor.running.delete(id);
      actor.ops.push(...(effect.settle?.(request, end) ?? []));
      onEnd(actor, end);
    };
    const succeed = (output: unknown) => finish({ type: `xstate.done.actor.${id}`, output, actorId: id });
    const fail = (error: unknown) => finish({ type: `xstate.error.actor.${id}`, error: toFault(error), actorId: id });
    let output: unknown;
    try {
      output = effect.run(request);
    } catch (error) {
      fail(error);
      return;
    }
    if (!(output instanceof Promise)) {
      succeed(output);
      return;
    }
    const done = output.then(succeed, fail);
    if (effect.lasting) return;
    underWay.add(done);
    done.finally(() => underWay.delete(done));
  }

  return {
    /** Starts an effect that may start at once; any other waits in `actor.starting` until its transition is stored. */
    prepare(actor: Live, { id, src, input }: Spawn, resumed: boolean): void {
      const effect = logics[actor.kind].effects[src];
      if (!effect) throw new Error(`${actor.kind} names an unknown effect "${src}"`);
      const leash = createLeash();
      const request: EffectRequest = {
        id: actor.id,
        input,
        context: actor.snapshot.context,
        resumed,
        get signal() {
          return leash.signal();
        },
      };
      const start = () => {
        actor.starting.delete(id);
        actor.running.set(id, leash);
        run(actor, id, effect, request, leash);
      };
      const claim = resumed ? [] : (effect.claim?.(request) ?? []);
      if (claim.length > 0) {
        actor.ops.push(...claim);
        actor.sync = true;
      }
      if (!resumed && effect.early?.(request)) start();
      else actor.starting.set(id, start);
    },

    stop(actor: Live, id: string): void {
      actor.starting.delete(id);
      actor.running.get(id)?.pull('the execution went on without it');
      actor.running.delete(id);
    },

    /** Resolves when everything that is under way has ended. */
    idle: (): Promise<unknown> => Promise.allSettled(underWay),

    /** Abandons what is still under way, as a crash would. */
    close(actors: Iterable<Live>): void {
      isClosed = true;
      for (const actor of actors) for (const leash of actor.running.values()) leash.pull('the daemon is stopping');
    },

    isClosed: () => isClosed,
  };
}
