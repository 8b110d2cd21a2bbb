import { assign, setup } from 'xstate';
import { need } from './need.ts';
import { toFault } from './schema/fault.ts';
import type { Catalogued, Detected, SourceContext } from './schema/source.ts';
import { at } from './stamp.ts';

export type SourceEvent =
  | { type: 'refresh'; at: string }
  | {
      type: 'update';
      at: string;
      patch: Partial<Pick<SourceContext, 'name' | 'givenName' | 'baseUrl' | 'headers' | 'env' | 'trusted' | 'allowPrivate' | 'idempotent'>>;
    }
  | { type: 'accept'; at: string; held: string[]; origins?: string[] }
  /** A server said where a credential is to be had. */
  | { type: 'challenged'; at: string; challenge: NonNullable<SourceContext['challenge']> }
  /** A person connected it. */
  | { type: 'login'; at: string }
  | { type: 'remove'; at: string };

/** What a refresh brought: a new revision, or the news that nothing changed. */
export interface Refreshed {
  detected: Detected;
  catalogued?: Catalogued;
  held?: string[];
  refreshAt?: string;
}

/** A description that could not be fetched is tried again after this long, then after twice as long, up to an hour. */
const RETRY_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;

const retryAt = (failures: number, from: string): string =>
  new Date(Date.parse(from) + Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS)).toISOString();

/** What is asked for when a source is added. */
export type SourceSpawn = Pick<
  SourceContext,
  | 'namespace'
  | 'requestHash'
  | 'origin'
  | 'wantedKind'
  | 'name'
  | 'baseUrl'
  | 'headers'
  | 'env'
  | 'allowPrivate'
  | 'documentUrl'
  | 'endpoint'
> & { at: string };

/**
 * One API surface.
 *
 * detecting → indexing → ready ⇄ refreshing; failed (with the reason) → detecting on retry; removed
 *     ⇅ authenticating (its description is given out to those who log in only)
 *
 * A refresh that fails leaves the last good catalog in place: `ready`, `stale`, with the reason.
 */
export const sourceMachine = setup({
  types: {
    input: {} as SourceSpawn,
    context: {} as SourceContext,
    events: {} as SourceEvent,
    tags: {} as 'busy' | 'rest' | 'settled',
  },
  actors: {
    detect: need<Detected, undefined>('detect'),
    index: need<{ catalogued: Catalogued; refreshAt?: string }, undefined>('index'),
    refresh: need<Refreshed, undefined>('refresh'),
  },
  actions: {
    told: assign(({ event }) => (event.type === 'challenged' ? { challenge: event.challenge } : {})),
    detected: assign(({ context }, { kind, name, document, url, endpoint, validators }: Detected) => ({
      kind,
      name: context.givenName ?? (context.catalogued?.name || name),
      document,
      endpoint,
      validators,
      ...(url && { documentUrl: url }),
    })),
    catalogued: assign(({ context, event }, { catalogued, held, refreshAt }: Omit<Refreshed, 'detected'>) => ({
      ...(catalogued && {
        catalogued,
        name: context.givenName ?? (catalogued.name || context.name),
        // What the person who added the source agreed to; a refresh never widens it.
        origins: context.origins.length > 0 ? context.origins : catalogued.origins,
      }),
      ...(held && { held }),
      refreshAt,
      refreshedAt: at(event),
      fault: undefined,
      stale: undefined,
      failures: undefined,
    })),
    // A person's word: origins are agreed to anew, and the document is read again even if it has not changed.
    update: assign(({ event }) => (event.type === 'update' ? { ...event.patch, origins: [], validators: undefined } : {})),
    retryLater: assign(({ context, event }) => {
      const failures = (context.failures ?? 0) + 1;
      return { stale: true, failures, refreshAt: retryAt(failures, at(event)) };
    }),
    // What was never fetched is tried again only where it may be there the next time.
    retryOutage: assign(({ context, event }) => {
      const isOutage = context.fault?.code === 'upstream_unreachable' || context.fault?.code === 'upstream_timeout';
      const failures = (context.failures ?? 0) + 1;
      return { failures, refreshAt: isOutage ? retryAt(failures, at(event)) : undefined };
    }),
    fail: assign((_, { error }: { error: unknown }) => ({ fault: toFault(error) })),
    challenged: assign((_, { error }: { error: unknown }) => {
      const { challenge, kind } = (toFault(error).details ?? {}) as Pick<SourceContext, 'challenge' | 'kind'>;
      return { ...(challenge && { challenge }), ...(kind && { kind }) };
    }),
  },
  guards: {
    wantsLogin: (_, { error }: { error: unknown }) => toFault(error).code === 'login_required',
  },
}).createMachine({
  id: 'source',
  context: ({ input: { at: addedAt, ...input } }) => ({ ...input, addedAt, origins: [] }),
  initial: 'detecting',
  states: {
    detecting: {
      tags: 'busy',
      on: { remove: 'removed' },
      invoke: {
        id: 'detect',
        src: 'detect',
        onDone: { target: 'indexing', actions: { type: 'detected', params: ({ event }) => event.output } },
        onError: [
          {
            guard: { type: 'wantsLogin', params: ({ event }) => event },
            target: 'authenticating',
            actions: [
              { type: 'fail', params: ({ event }) => event },
              { type: 'challenged', params: ({ event }) => event },
            ],
          },
          { target: 'failed', actions: [{ type: 'fail', params: ({ event }) => event }, 'retryOutage'] },
        ],
      },
    },
    authenticating: {
      tags: 'rest',
      on: {
        login: { target: 'detecting', actions: assign({ fault: undefined }) },
        refresh: { target: 'detecting', actions: assign({ fault: undefined }) },
        update: { target: 'detecting', actions: ['update', assign({ fault: undefined })] },
        remove: 'removed',
      },
    },
    indexing: {
      tags: 'busy',
      on: { remove: 'removed' },
      invoke: {
        id: 'index',
        src: 'index',
        onDone: { target: 'ready', actions: { type: 'catalogued', params: ({ event }) => event.output } },
        onError: { target: 'failed', actions: [{ type: 'fail', params: ({ event }) => event }, 'retryOutage'] },
      },
    },
    ready: {
      tags: 'rest',
      on: {
        challenged: { actions: 'told' },
        // What the owner has reviewed may run, at the servers it names.
        accept: {
          actions: assign(({ context, event }) => ({
            held: event.held,
            origins: [...new Set([...context.origins, ...(event.origins ?? [])])],
          })),
        },
        refresh: 'refreshing',
        update: { target: 'refreshing', actions: 'update' },
        remove: 'removed',
      },
    },
    refreshing: {
      tags: 'busy',
      on: { remove: 'removed' },
      invoke: {
        id: 'refresh',
        src: 'refresh',
        onDone: {
          target: 'ready',
          actions: [
            { type: 'detected', params: ({ event }) => event.output.detected },
            { type: 'catalogued', params: ({ event }) => event.output },
          ],
        },
        onError: {
          target: 'ready',
          actions: [{ type: 'fail', params: ({ event }) => event }, { type: 'challenged', params: ({ event }) => event }, 'retryLater'],
        },
      },
    },
    failed: {
      tags: 'rest',
      on: {
        refresh: { target: 'detecting', actions: assign({ fault: undefined }) },
        update: { target: 'detecting', actions: ['update', assign({ fault: undefined })] },
        remove: 'removed',
      },
    },
    removed: { type: 'final', tags: 'settled' },
  },
});
