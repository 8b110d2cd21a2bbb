import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../machines/schema/principal.ts';
import { demand, type Right } from '../../runtime/principals.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { authenticate, presentedBy } from './authenticate.ts';
import type { Doors } from './guard.ts';

/** What every route has at hand. */
export interface Http {
  runtime: Runtime;
  doors: Doors;
  /** The base of links given to people: the public URL, else where the server listens. */
  base: () => string;
}

/**
 * Who asks, and that they may.
 * @throws FaultError unauthorized or forbidden
 */
export function principalOf(req: IncomingMessage, { runtime, doors }: Http, right?: Right): Principal {
  const principal = authenticate(runtime, presentedBy(req, doors.port()), undefined);
  if (right) demand(principal, right);
  claim(req, principal);
  return { ...principal, from: fromOf(req) };
}

/** Whose a request is that is under way. */
const asking = new WeakMap<IncomingMessage, string>();

/** Marks a request as a principal's: it ends when the principal's token is revoked. */
export const claim = (req: IncomingMessage, { id }: Principal): unknown => asking.set(req, id);

/** Ends what is under way for a token that is revoked, also what is held open for an answer. Returns how to attend to a request. */
export function endRevoked({ tokens }: Runtime): (req: IncomingMessage, res: ServerResponse) => void {
  const open = new Map<IncomingMessage, ServerResponse>();
  tokens.onRevoked(id => {
    for (const [req, res] of open) if (asking.get(req) === id) res.destroy();
  });
  return (req, res) => {
    open.set(req, res);
    res.once('close', () => open.delete(req));
  };
}

/** Where a request came from, for the record: behind a proxy, the proxy. */
export const fromOf = (req: IncomingMessage, surface = 'http'): string => `${surface} ${req.socket.remoteAddress ?? 'unknown'}`;

/** Aborts when the client goes away before it was answered. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}
