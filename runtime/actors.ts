import type { AnyStateMachine } from 'xstate';
import { type Chart, chartOf } from '../machines/chart.ts';
import { FaultError } from '../machines/schema/fault.ts';
import { isBusy } from './execution-index.ts';
import { intersect } from './intersect.ts';
import { readLog } from './log.ts';
import type { Logic } from './logic.ts';
import type { Page } from './runtime.ts';
import type { ActorKind, LogRow, Row, Store } from './store.ts';

/** One actor in a list. */
export interface ActorSummary {
  /** `<kind>:<id>`: what `GET /api/actors/:id` takes. */
  actor: string;
  kind: ActorKind;
  id: string;
  /** What a person knows it by: the tool of a call, the name of a source. */
  label?: string;
  /** Its state, or `quarantined`. */
  state: string;
  seq: number;
  at: string;
  version: number;
  /** Why it was set aside. */
  reason?: string;
}

/** One actor with everything that is stored of it. */
export interface ActorDetail extends ActorSummary {
  context: unknown;
  status: string;
  /** Effects that are under way, by the id the machine gives them. */
  effects: { id: string; src: string; input?: unknown }[];
  log: LogRow[];
}

export interface ActorFilter {
  kind?: ActorKind;
  state?: string;
  limit?: number;
  cursor?: string;
}

/** A machine as the visualizer lists it: how many actors are in each state, counted up to `COUNTED`. */
export interface MachineSummary {
  kind: ActorKind;
  version: number;
  states: { name: string; tags: string[]; final: boolean; count: number; more?: true }[];
}

export const ACTOR_KINDS: readonly ActorKind[] = ['call', 'program', 'source', 'connection'];
export const isActorKind = (kind: string): kind is ActorKind => (ACTOR_KINDS as readonly string[]).includes(kind);

/** Beyond so many actors in one state a person is told "and more": counting on would cost without telling anything. */
const COUNTED = 1000;

/** What the state visualizer shows: rows, logs and charts, as they are on disk. */
export function createActorViews(store: Store, logics: Record<ActorKind, Logic>) {
  async function* names({ kind, state, cursor }: ActorFilter): AsyncGenerator<string> {
    if (state === 'quarantined') {
      yield* store.quarantine.keys({ ...(kind && { gte: `${kind}:`, lt: `${kind};` }), ...(cursor && { gt: cursor }) });
    } else if (kind === 'call' && state !== undefined && !isBusy(state)) {
      const before = cursor?.slice('call:'.length);
      for await (const id of intersect([{ space: store.index, prefix: `state!${state}!` }], { before })) yield `call:${id}`;
    } else {
      const bounds = { ...(kind && { gte: `${kind}:`, lt: `${kind};` }), ...(cursor && { lt: cursor }), reverse: true };
      // Busy ones are few, and have an index of their own.
      yield* state !== undefined && isBusy(state) ? store.active.keys(bounds) : store.actor.keys(bounds);
    }
  }

  function summary(name: string): { summary: ActorSummary; row: Row | undefined } {
    const colon = name.indexOf(':');
    const kind = name.slice(0, colon) as ActorKind;
    const id = name.slice(colon + 1);
    const setAside = store.quarantine.getSync(name);
    let row: Row | undefined;
    try {
      row = store.actor.getSync(name);
    } catch {
      // A row that cannot be read has been, or will be, set aside when it is touched; here it is only shown.
    }
    const { path, name: title } = (row?.snapshot?.context ?? {}) as { path?: unknown; name?: unknown };
    const label = [path, title].find(text => typeof text === 'string');
    const state = setAside ? 'quarantined' : String(row?.snapshot?.value ?? 'unreadable');
    return {
      row,
      summary: {
        actor: name,
        kind,
        id,
        ...(label !== undefined && { label: String(label) }),
        state,
        seq: row?.seq ?? 0,
        at: setAside?.at ?? row?.at ?? '',
        version: row?.version ?? 0,
        ...(setAside && { reason: setAside.reason }),
      },
    };
  }

  /** `call:exec_…`, `program:exec_…` and `source:github`, or an execution's id or a namespace alone. */
  function nameOf(id: string): string {
    const [kind = ''] = id.split(':', 1);
    if (id.includes(':') && isActorKind(kind)) return id;
    if (id.includes('/')) return `connection:${id}`;
    if (!id.startsWith('exec_')) return `source:${id}`;
    return store.actor.getSync(`program:${id}`) === undefined ? `call:${id}` : `program:${id}`;
  }

  /** How many are in each state. An index of its own counts without a row being read; what has none is few. */
  async function census(kind: ActorKind): Promise<MachineSummary> {
    const { states } = chartOf(logics[kind].machine as AnyStateMachine);
    const counts = new Map<string, number>();
    const rows = { gte: `${kind}:`, lt: `${kind};`, limit: COUNTED * 2 };
    for await (const name of kind === 'call' ? store.active.keys(rows) : store.actor.keys(rows)) {
      const { state } = summary(name).summary;
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    if (kind === 'call') {
      for (const { name } of states.filter(state => !isBusy(state.name))) {
        const bounds = { gte: `state!${name}!`, lt: `state!${name}"`, limit: COUNTED + 1 };
        counts.set(name, (await store.index.keys(bounds).all()).length);
      }
    }
    return {
      kind,
      version: logics[kind].version,
      states: states.map(({ name, tags, type }) => {
        const count = counts.get(name) ?? 0;
        return { name, tags, final: type === 'final', count: Math.min(count, COUNTED), ...(count > COUNTED && { more: true as const }) };
      }),
    };
  }

  return {
    nameOf,

    async list(filter: ActorFilter): Promise<Page<ActorSummary>> {
      const limit = filter.limit ?? 100;
      const items: ActorSummary[] = [];
      for await (const name of names(filter)) {
        const { summary: found } = summary(name);
        if (filter.state !== undefined && found.state !== filter.state) continue;
        if (items.length === limit) return { items, nextCursor: items.at(-1)!.actor };
        items.push(found);
      }
      return { items };
    },

    async get(id: string): Promise<ActorDetail> {
      const name = nameOf(id);
      const { summary: found, row } = summary(name);
      if (!row && found.state !== 'quarantined') throw new FaultError('execution_not_found', `there is no actor ${id}`);
      const log = await readLog(store, name);
      const children = Object.entries(row?.snapshot?.children ?? {});
      return {
        ...found,
        context: row?.snapshot?.context ?? null,
        status: row?.snapshot?.status ?? 'unknown',
        effects: children.map(([child, { src, snapshot }]) => {
          const { input } = (snapshot ?? {}) as { input?: unknown };
          return { id: child, src, ...(input !== undefined && { input }) };
        }),
        log,
      };
    },

    async machines(): Promise<{ items: MachineSummary[] }> {
      return { items: await Promise.all(ACTOR_KINDS.map(census)) };
    },

    /** The machine as its author wrote it, without functions: what other tools draw. */
    definition: (kind: ActorKind): string => JSON.stringify((logics[kind].machine as AnyStateMachine).config),

    chart(kind: string): Chart & { version: number } {
      if (!isActorKind(kind))
        throw new FaultError('invalid_arguments', `there is no machine "${kind}"; there are ${ACTOR_KINDS.join(', ')}`);
      return { ...chartOf(logics[kind].machine as AnyStateMachine), version: logics[kind].version };
    },
  };
}
export type ActorViews = ReturnType<typeof createActorViews>;
