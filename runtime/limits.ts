import type { CallContext } from '../machines/schema/call.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { Limit } from '../machines/schema/settings.ts';
import { covers } from './policy.ts';
import type { SettingsStore } from './settings.ts';
import type { Op, Store } from './store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/**
 * How often calls may be made: per minute and at once in memory, per day in the store, counted in the batch of the call itself. A call is
 * counted when it is taken; one that waits for a person does not count as under way.
 */
export function createLimits(store: Store, settings: SettingsStore, now: () => Date) {
  const times = new Map<string, number[]>();
  const underWay = new Map<string, Set<string>>();
  const days = new Map<string, { day: number; count: number }>();
  /** Under which keys a call counts as under way, and what of its day is still to be stored. */
  const held = new Map<string, string[]>();
  const unstored = new Map<string, Op[]>();

  function countOf(key: string, day: number): { day: number; count: number } {
    const known = days.get(key);
    if (known?.day === day) return known;
    const fresh = { day, count: store.count.getSync(`${day}!${key}`) ?? 0 };
    days.set(key, fresh);
    return fresh;
  }

  function check(limit: Limit, key: string, at: number): void {
    const { perMinute, concurrent, perDay } = limit;
    if (perMinute !== undefined) {
      const recent = (times.get(key) ?? []).filter(time => time > at - MINUTE_MS);
      times.set(key, recent);
      if (recent.length >= perMinute) throw limited(limit, `${perMinute} calls a minute`, (recent[0]! + MINUTE_MS - at) / 1000);
    }
    if (concurrent !== undefined && (underWay.get(key)?.size ?? 0) >= concurrent) throw limited(limit, `${concurrent} calls at once`, 1);
    if (perDay !== undefined && countOf(key, dayOf(at)).count >= perDay) {
      throw limited(limit, `${perDay} calls a day`, ((dayOf(at) + 1) * DAY_MS - at) / 1000);
    }
  }

  return {
    /**
     * Takes a call, or says when to come again.
     * @throws FaultError rate_limited with `details.retryAfter` in seconds
     */
    admit(context: CallContext): void {
      const { limits } = settings.get();
      if (limits === undefined || limits.length === 0) return;
      const at = now().getTime();
      const applying = limits.flatMap(limit => {
        const key = keyOf(limit, context);
        return key === undefined ? [] : [{ limit, key }];
      });
      for (const { limit, key } of applying) check(limit, key, at);
      const ops: Op[] = [];
      // Two limits of the same scope count the same calls, once.
      const counted = new Set<string>();
      const first = (what: string, key: string) => counted.size < counted.add(`${what}${key}`).size;
      for (const { limit, key } of applying) {
        if (limit.perMinute !== undefined && first('minute', key)) times.get(key)!.push(at);
        if (limit.concurrent !== undefined && first('concurrent', key)) {
          const calls = underWay.get(key) ?? new Set();
          underWay.set(key, calls.add(context.id));
          held.set(context.id, [...(held.get(context.id) ?? []), key]);
        }
        if (limit.perDay !== undefined && first('day', key)) {
          const today = countOf(key, dayOf(at));
          today.count += 1;
          ops.push(store.put(store.count, `${today.day}!${key}`, today.count));
        }
      }
      if (ops.length > 0) unstored.set(context.id, ops);
    },

    /** What of an admitted call is to be stored with it. */
    ops(id: string): Op[] {
      const ops = unstored.get(id) ?? [];
      unstored.delete(id);
      return ops;
    },

    /** The call is no longer under way: it has ended, or waits for a person. */
    release(id: string): void {
      for (const key of held.get(id) ?? []) underWay.get(key)?.delete(id);
      held.delete(id);
    },

    /** Counts of days that are over. */
    async tidy(): Promise<void> {
      const ops: Op[] = [];
      for await (const key of store.count.keys())
        if (Number(key.slice(0, key.indexOf('!'))) < dayOf(now().getTime())) ops.push(store.del(store.count, key));
      if (ops.length > 0) await store.write(ops);
    },
  };
}
export type Limits = ReturnType<typeof createLimits>;

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** What a limit counts a call under; undefined when it does not apply. `*` counts each principal or source by itself. */
function keyOf({ principal, source, tool }: Limit, context: CallContext): string | undefined {
  const namespace = context.path.slice(0, context.path.indexOf('.'));
  const who = context.principal;
  if (principal !== undefined && principal !== '*' && principal !== who.id && principal !== who.name) return undefined;
  if (source !== undefined && source !== '*' && source !== namespace) return undefined;
  if (tool !== undefined && !covers(tool, context.path)) return undefined;
  return JSON.stringify([principal === '*' ? who.id : principal, source === '*' ? namespace : source, tool, principal, source]);
}

function limited({ principal, source, tool }: Limit, what: string, seconds: number): FaultError {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  const scope = [principal && `principal ${principal}`, source && `source ${source}`, tool && `tool ${tool}`].filter(Boolean).join(', ');
  return new FaultError('rate_limited', `the limit of ${what}${scope && ` (${scope})`} is reached; try again in ${retryAfter} s`, {
    details: { retryAfter },
  });
}
