import { assign, setup } from 'xstate';
import { need } from './need.ts';
import type { ConnectionContext, Flow, Grant } from './schema/connection.ts';
import { type Fault, toFault } from './schema/fault.ts';
import { at } from './stamp.ts';

/** A credential that is there: how it is kept, and what is known of it. */
export interface Obtained {
  secret?: string;
  grant?: Grant;
  expiresAt?: string;
  refreshAt?: string;
  canRefresh?: boolean;
  identity?: string;
}

/** What a refresh brought: a new credential, or why the old one stays for now. */
export type Renewed = { obtained: Obtained } | { kept: Fault; refreshAt: string };

export type ConnectionEvent =
  /** A credential that a person typed in. */
  | { type: 'connect'; at: string; method: ConnectionContext['method']; obtained: Obtained }
  /** A login begins: a link for a browser, a code for a device, or a client of its own right. */
  | { type: 'authorize'; at: string; method: ConnectionContext['method']; flow: Flow }
  /** The browser came back; what it brought is sealed under the flow's new handle. */
  | { type: 'callback'; at: string; secret: string }
  | { type: 'refresh'; at: string }
  /** The upstream does not take the credential (any more). */
  | { type: 'reject'; at: string; fault: Fault; missing?: string[] }
  | { type: 'checked'; at: string; identity?: string; fault?: Fault }
  | { type: 'prefer'; at: string; isDefault: boolean }
  | { type: 'expire'; at: string }
  | { type: 'disconnect'; at: string };

export type ConnectionSpawn = Pick<ConnectionContext, 'source' | 'name' | 'isDefault' | 'method'> & { at: string };

/** So many ended logins are remembered. */
const USED = 8;

const linkExpired: Fault = {
  code: 'login_required',
  message: 'the link was not followed in time; start the login again',
  details: { reason: 'link_expired' },
};

/**
 * One credential for one source.
 *
 * disconnected → authorizing (→ awaitingConsent) → connected ⇄ refreshing; expired, failed
 *
 * `authorizing`: a link is open and a person is to follow it. `awaitingConsent`: the authorization server is asked what came of it.
 * A login that comes to nothing leaves a credential that still works in its place.
 */
export const connectionMachine = setup({
  types: {
    input: {} as ConnectionSpawn,
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    tags: {} as 'busy' | 'waiting' | 'rest' | 'usable',
  },
  actors: {
    obtain: need<Obtained, { via: Flow['via'] }>('obtain'),
    refresh: need<Renewed, undefined>('refresh'),
  },
  guards: {
    isOpen: ({ context }) => context.flow?.via === 'code',
    stillWorks: ({ context }) => context.connectedAt !== undefined,
    canRefresh: ({ context }) => context.canRefresh === true,
  },
  actions: {
    obtained: assign(({ context, event }, { secret, grant, expiresAt, refreshAt, canRefresh, identity }: Obtained) => ({
      secret,
      grant,
      expiresAt,
      refreshAt,
      canRefresh: canRefresh ?? false,
      identity: identity ?? context.identity,
      connectedAt: at(event),
      missing: undefined,
      fault: undefined,
      ...ended(context),
    })),
    begin: assign(({ context, event }) =>
      event.type === 'authorize' ? { ...ended(context), method: event.method, flow: event.flow, fault: undefined } : {},
    ),
    endFlow: assign(({ context }) => ended(context)),
    fail: assign((_, { error }: { error: unknown }) => ({ fault: toFault(error) })),
    dead: assign({ connectedAt: undefined, refreshAt: undefined, canRefresh: false }),
    prefer: assign(({ event }) => (event.type === 'prefer' ? { isDefault: event.isDefault } : {})),
    checked: assign(({ event }) =>
      event.type === 'checked' ? { checkedAt: event.at, fault: event.fault, ...(event.identity && { identity: event.identity }) } : {},
    ),
  },
}).createMachine({
  id: 'connection',
  context: ({ input: { at: createdAt, ...input } }) => ({ ...input, createdAt }),
  initial: 'disconnected',
  on: {
    prefer: { actions: 'prefer' },
    checked: { actions: 'checked' },
    disconnect: {
      target: '.disconnected',
      actions: ['endFlow', 'dead', assign({ fault: undefined, expiresAt: undefined })],
    },
    connect: {
      target: '.connected',
      actions: [
        assign(({ event }) => ({ method: event.method, identity: undefined, checkedAt: undefined })),
        { type: 'obtained', params: ({ event }) => event.obtained },
      ],
    },
    authorize: [
      { guard: ({ event }) => event.flow.via === 'code', target: '.authorizing', actions: 'begin' },
      { target: '.awaitingConsent', actions: 'begin' },
    ],
  },
  states: {
    disconnected: { tags: 'rest' },
    authorizing: {
      tags: 'waiting',
      on: {
        callback: {
          guard: 'isOpen',
          target: 'awaitingConsent',
          actions: assign(({ context, event }) => ({ flow: { ...context.flow!, secret: event.secret } })),
        },
        expire: [
          { guard: 'stillWorks', target: 'connected', actions: [{ type: 'fail', params: { error: linkExpired } }, 'endFlow'] },
          { target: 'failed', actions: [{ type: 'fail', params: { error: linkExpired } }, 'endFlow'] },
        ],
      },
    },
    awaitingConsent: {
      tags: 'busy',
      invoke: {
        id: 'obtain',
        src: 'obtain',
        input: ({ context }) => ({ via: context.flow!.via }),
        onDone: { target: 'connected', actions: { type: 'obtained', params: ({ event }) => event.output } },
        onError: [
          { guard: 'stillWorks', target: 'connected', actions: [{ type: 'fail', params: ({ event }) => event }, 'endFlow'] },
          { target: 'failed', actions: [{ type: 'fail', params: ({ event }) => event }, 'endFlow'] },
        ],
      },
    },
    connected: {
      tags: ['rest', 'usable'],
      on: {
        refresh: { guard: 'canRefresh', target: 'refreshing' },
        reject: [
          {
            // It holds for other calls: only more is asked of it than was granted.
            guard: ({ event }) => event.missing !== undefined,
            actions: [
              assign(({ event }) => ({ missing: event.missing })),
              { type: 'fail', params: ({ event }) => ({ error: event.fault }) },
            ],
          },
          { target: 'expired', actions: ['dead', { type: 'fail', params: ({ event }) => ({ error: event.fault }) }] },
        ],
      },
    },
    refreshing: {
      tags: ['busy', 'usable'],
      invoke: {
        id: 'refresh',
        src: 'refresh',
        onDone: [
          {
            guard: ({ event }) => 'kept' in event.output,
            target: 'connected',
            actions: assign(({ event }) => ('kept' in event.output ? { fault: event.output.kept, refreshAt: event.output.refreshAt } : {})),
          },
          {
            target: 'connected',
            actions: { type: 'obtained', params: ({ event }) => ('obtained' in event.output ? event.output.obtained : {}) },
          },
        ],
        onError: { target: 'expired', actions: ['dead', { type: 'fail', params: ({ event }) => event }] },
      },
    },
    expired: { tags: 'rest' },
    failed: { tags: 'rest' },
  },
});

/** A login is over: what it was is remembered by its hash alone. */
const ended = ({ flow, used = [] }: ConnectionContext): Pick<ConnectionContext, 'flow' | 'used'> => ({
  flow: undefined,
  ...(flow?.stateHash && { used: [...used, flow.stateHash].slice(-USED) }),
});
