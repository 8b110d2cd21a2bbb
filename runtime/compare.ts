import type { CallContext, Change } from '../machines/schema/call.ts';
import type { Tool } from '../machines/schema/tool.ts';
import type { Blobs } from './blobs.ts';
import { factsOf } from './call-facts.ts';
import type { StartCall } from './call-start.ts';
import type { Catalog } from './catalog.ts';
import { difference } from './difference.ts';
import type { Execution } from './executions.ts';
import { newId } from './ids.ts';
import type { Judgement } from './judgement.ts';
import { folded, masked } from './mask.ts';
import { isInSlice, type Principals } from './principals.ts';
import type { Registry } from './registry.ts';
import { isSettled, isWaiting } from './views.ts';
import type { Waiters } from './waiting.ts';

/** A person waits no longer than this for what the object is now. */
const WAIT_SECONDS = 3;
const FOLD = 500;
const UPDATES = new Set(['PUT', 'PATCH']);

/** What an OpenAPI tool's binding says of where it goes. */
interface Bound {
  method?: string;
  path?: string;
  parameters?: readonly { name: string; in: string; as?: string }[];
}

/**
 * What an update would change: the object is read by the operation that gets it from the same place, as a call of its own under this one,
 * by the same principal, and only where the rules let that read run without asking.
 */
export function createCompare(parts: {
  catalog: Catalog;
  judgement: Judgement;
  principals: Principals;
  startCall: StartCall;
  waiters: Waiters<Execution>;
  registry: () => Registry;
  blobs: Blobs;
}) {
  const { catalog, judgement, principals, startCall, waiters, registry, blobs } = parts;

  async function paired(context: CallContext, tool: Tool, input: Readonly<Record<string, unknown>>) {
    const { path } = tool.binding as Bound;
    if (path === undefined) return undefined;
    const getter = await catalog.getterAt(tool.source, path);
    if (!getter) return undefined;
    const places = (getter.binding as Bound).parameters ?? [];
    const given = Object.fromEntries(
      places.flatMap(({ name, in: place, as = name }) => (place === 'path' && input[as] !== undefined ? [[as, input[as]]] : [])),
    );
    const principal = principals.current(context.principal);
    if (!principal || !isInSlice(principal, getter.path)) return undefined;
    return judgement.of(getter, factsOf(context, given)).decision === 'allow' ? { getter, given, principal } : undefined;
  }

  async function read(context: CallContext, pair: NonNullable<Awaited<ReturnType<typeof paired>>>): Promise<unknown> {
    const { getter, given, principal } = pair;
    const id = newId('exec');
    const { connection, traceparent } = context;
    startCall(
      {
        path: getter.path,
        input: given,
        principal,
        ...(connection !== undefined && { connection }),
        ...(traceparent !== undefined && { traceparent }),
      },
      { id, parent: context.id, step: 0, ops: [] },
    );
    const rests = ({ state }: { state: string }) => isSettled(state) || isWaiting(state);
    const found = await waiters.until(id, () => registry().stored('call', id), rests, { seconds: WAIT_SECONDS });
    const actor = found ?? registry().current('call', id);
    // Nobody asked for it: it must not be left waiting for a person, nor run on.
    if (actor && !isSettled(actor.state)) registry().send('call', id, { type: 'cancel', by: 'executor' } as never);
    if (actor?.state !== 'done') return undefined;
    const { result } = actor.context as CallContext;
    return result && blobs.value(result);
  }

  return {
    /** Whether a tool is an update of something that may be read. */
    applies: ({ binding }: Tool): boolean => UPDATES.has(String((binding as Bound).method).toUpperCase()),

    /** @returns undefined when there is nothing to compare with, or it cannot be read */
    async of(context: CallContext, tool: Tool, input: Readonly<Record<string, unknown>>): Promise<Change[] | undefined> {
      try {
        const pair = await paired(context, tool, input);
        const current = pair && (await read(context, pair));
        return current === undefined ? undefined : shown(difference(current, bodyOf(tool, input)));
      } catch {
        // The person decides without it, as they do where there is nothing to read.
        return undefined;
      }
    },
  };
}
export type Compare = ReturnType<typeof createCompare>;

/** Masked by the name of what changes, long values folded. */
function shown(changes: readonly Change[]): Change[] {
  return changes.map(change => {
    const name = change.path.slice(change.path.lastIndexOf('/') + 1);
    const { before, after } = masked({ before: { [name]: change.before }, after: { [name]: change.after } }) as Record<
      string,
      Record<string, unknown>
    >;
    const was = before![name] === undefined ? {} : { before: folded(before![name], FOLD) };
    return { path: change.path, ...was, after: folded(after![name], FOLD) };
  });
}

/** The part of an input that says what the object is to be. */
function bodyOf({ binding }: Tool, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const elsewhere = new Set(((binding as Bound).parameters ?? []).map(({ name, as = name }) => as));
  const rest = Object.entries(input).filter(([name]) => !elsewhere.has(name) && !name.startsWith('_'));
  const [only] = rest;
  const isWhole = rest.length === 1 && only?.[0] === 'body' && typeof only[1] === 'object' && only[1] !== null;
  return isWhole ? (only[1] as Record<string, unknown>) : Object.fromEntries(rest);
}
