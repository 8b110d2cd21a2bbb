import { createHash } from 'node:crypto';
import type { Flow } from '../../machines/schema/connection.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { KnownConnection } from '../known-connections.ts';
import type { Vault } from '../vault.ts';
import type { ClientSecrets } from './client-auth.ts';

/** What is sealed of a login under way. */
export interface SealedFlow {
  state?: string;
  verifier?: string;
  link?: string;
  /** What the browser brought back, once it has. */
  query?: string;
  deviceCode?: string;
  /** Seconds between two questions to the server. */
  interval?: number;
  /** What was typed in besides: other keys the method takes. */
  values: Record<string, string>;
  client: ClientSecrets;
}

/** A login under way is found by this: the state parameter itself is sealed. */
export const stateHash = (state: string): string => createHash('sha256').update(state).digest('hex');

/** Links that are out, and what comes back by them. */
export function createLinks({ vault, now }: { vault: Vault; now: () => Date }) {
  return {
    /** The link of a login that is open. */
    link: (flow: Flow | undefined): string | undefined => (flow ? vault.open<SealedFlow>(flow.secret).link : undefined),

    /**
     * Finds the login that a browser came back from, and seals what it brought.
     * @throws FaultError login_required for a link that ended, was used, or never was
     */
    returned(parameters: URLSearchParams, all: readonly KnownConnection[]): { id: string; secret: string } {
      const hash = stateHash(parameters.get('state') ?? '');
      const found = all.find(({ context, state }) => state === 'authorizing' && context.flow?.stateHash === hash);
      if (!found?.context.flow) throw notOpen(hash, all);
      if (found.context.flow.expiresAt <= now().toISOString()) throw late(found.id);
      const sealed = vault.open<SealedFlow>(found.context.flow.secret);
      return { id: found.id, secret: vault.hold({ ...sealed, query: parameters.toString() } satisfies SealedFlow) };
    },
  };
}
export type Links = ReturnType<typeof createLinks>;

const late = (connection: string): FaultError =>
  new FaultError('login_required', `This login for ${connection} was not finished in time. Start it again.`, {
    details: { reason: 'expired', connection },
  });

function notOpen(hash: string, all: readonly KnownConnection[]): FaultError {
  const used = all.find(
    ({ context, state }) => context.used?.includes(hash) || (state === 'awaitingConsent' && context.flow?.stateHash === hash),
  );
  const { fault, used: hashes } = used?.context ?? {};
  if (used && fault?.details?.reason === 'link_expired' && hashes?.at(-1) === hash) return late(used.id);
  const message = used
    ? `This link was used already: ${used.id} is ${used.state}.`
    : 'This login is not known here: its link has ended, or belongs to another daemon. Start it again.';
  return new FaultError('login_required', message, {
    details: { reason: used ? 'used' : 'unknown', ...(used && { connection: used.id }) },
  });
}
