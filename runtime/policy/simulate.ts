import { encodeTime } from 'ulid';
import type { CallContext } from '../../machines/schema/call.ts';
import type { Decision } from '../../machines/schema/policy.ts';
import type { Blobs } from '../blobs.ts';
import { factsOf } from '../call-facts.ts';
import type { Draft } from '../policies.ts';
import type { Row, Store } from '../store.ts';

/** A recorded call that a rule would have decided otherwise. */
export interface Difference {
  executionId: string;
  tool: string;
  principal: string;
  at: string;
  /** How the call ended, or where it is. */
  state: string;
  was: { decision: Decision; rule: string };
  would: { decision: Decision; rule: string };
}

export interface Simulation {
  days: number;
  /** Calls that were looked at, and how many of them the rule would have decided. */
  examined: number;
  decides: number;
  differs: number;
  /** The newest first, no more than were asked for. */
  items: Difference[];
}

const DAY_MS = 24 * 3_600_000;
const YIELD_EVERY = 500;

/** Runs a rule, beside those there are, over the calls of the last days: which it would have decided, and otherwise than it was. */
export async function simulate(
  draft: Draft,
  { store, blobs }: { store: Store; blobs: Blobs },
  { days, now, limit }: { days: number; now: Date; limit: number },
): Promise<Simulation> {
  const result: Simulation = { days, examined: 0, decides: 0, differs: 0, items: [] };
  const since = encodeTime(Math.max(0, now.getTime() - days * DAY_MS), 10).toLowerCase();
  // By key: the calls of programs are under their parents in the index, here they are among the others.
  const rows = store.actor.iterator<string, string>({ gt: `call:exec_${since}`, lt: 'call;', reverse: true, valueEncoding: 'utf8' });
  for await (const [, json] of rows) {
    const call = recorded(json);
    if (!call) continue;
    result.examined += 1;
    if (result.examined % YIELD_EVERY === 0) await new Promise(resolve => setImmediate(resolve));
    const { context, state } = call;
    const { verdict, resolved } = context;
    const facts = { ...factsOf(context, inputOf(context, blobs)), path: context.path, effect: resolved.effect, definition: resolved.hash };
    if (draft.rules.deciding({ ...facts, isCall: true }, now.toISOString())?.id !== draft.policy.id) continue;
    result.decides += 1;
    if (draft.policy.decision === verdict.decision) continue;
    result.differs += 1;
    if (result.items.length >= limit) continue;
    result.items.push({
      executionId: context.id,
      tool: context.path,
      principal: context.principal.id,
      at: context.startedAt,
      state,
      was: { decision: verdict.decision, rule: verdict.rule },
      would: { decision: draft.policy.decision, rule: draft.policy.id },
    });
  }
  return result;
}

type Judged = CallContext & Required<Pick<CallContext, 'verdict' | 'resolved'>>;

/** A call about which something was decided; a row that is set aside or of another kind is none. */
function recorded(json: string): { context: Judged; state: string } | undefined {
  try {
    const { snapshot } = JSON.parse(json) as Row;
    const context = snapshot.context as Judged;
    return context.verdict && context.resolved && { context, state: snapshot.value };
  } catch {
    // A damaged row is shown by `executor doctor`; here it says nothing.
    return undefined;
  }
}

/** The input it was decided on; one that is no longer kept counts as empty. */
function inputOf({ input }: CallContext, blobs: Blobs): unknown {
  try {
    return blobs.value(input);
  } catch {
    // The retention of large values is another one than that of rows.
    return {};
  }
}
