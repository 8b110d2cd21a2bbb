import type { Obtained, Renewed } from '../machines/connection.ts';
import { connectionMachine } from '../machines/connection.ts';
import { ConnectionContext } from '../machines/schema/connection.ts';
import type { Logic } from './logic.ts';
import type { Vault } from './vault.ts';

/** How tokens are got and renewed: what the connection machine's effects are. */
export interface Grants {
  /** Redeems a code, polls for a device, or asks as a client of its own right. @throws FaultError with what to do about it */
  obtain(context: ConnectionContext, signal: AbortSignal): Promise<Obtained>;
  /** @throws FaultError login_required when the grant is dead */
  renew(context: ConnectionContext, signal: AbortSignal): Promise<Renewed>;
}

/** What makes a connection live. A new secret is stored in the batch that names it first, and only then used. */
export function createConnectionLogic({ vault, grants }: { vault: Vault; grants: Grants }): Logic {
  return {
    machine: connectionMachine,
    context: ConnectionContext,
    version: 1,
    migrations: {},
    effects: {
      obtain: {
        run: ({ context, signal }) => grants.obtain(context as ConnectionContext, signal),
        settle({ context }, { output }) {
          const { flow, secret } = context as ConnectionContext;
          const obtained = output as Obtained | undefined;
          return [...vault.drop(flow?.secret), ...(obtained ? [...vault.drop(secret), ...vault.take(obtained.secret)] : [])];
        },
      },
      refresh: {
        run: ({ context, signal }) => grants.renew(context as ConnectionContext, signal),
        settle({ context }, { output }) {
          const renewed = output as Renewed | undefined;
          if (!renewed || !('obtained' in renewed)) return [];
          return [...vault.drop((context as ConnectionContext).secret), ...vault.take(renewed.obtained.secret)];
        },
      },
    },
    sync: () => true,
    index: () => [],
    due: ({ value, context }) => {
      const { flow, refreshAt, canRefresh } = context as ConnectionContext;
      if (value === 'authorizing') return flow?.expiresAt;
      return value === 'connected' && canRefresh ? refreshAt : undefined;
    },
  };
}
