import type { IncomingMessage } from 'node:http';
import { FaultError } from '../../machines/schema/fault.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The header that carries the page's half of a UI session. */
export const SESSION_HEADER = 'x-executor-session';

/** Cookies are shared by all ports of a host, so the name says which port it is for. */
export const cookieName = (port: number): string => `executor_session_${port}`;

export interface Presented {
  token?: string | undefined;
  cookie?: string | undefined;
  half?: string | undefined;
}

/** What a request presents, from its headers alone. */
export function presentedBy(req: IncomingMessage, port: number): Presented {
  const [, token] = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '') ?? [];
  const half = req.headers[SESSION_HEADER];
  return { token, cookie: cookieOf(req, cookieName(port)), half: typeof half === 'string' ? half : undefined };
}

/** The same for a WebSocket, where a browser can only add subprotocols. */
export function presentedByUpgrade(req: IncomingMessage, port: number): Presented {
  const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map(part => part.trim());
  const find = (prefix: string) => offered.find(part => part.startsWith(prefix))?.slice(prefix.length);
  const presented = presentedBy(req, port);
  return { ...presented, token: presented.token ?? find('bearer.') ?? passwordOf(req), half: presented.half ?? find('session.') };
}

/** Inspectors that take nothing but an address carry the token in it: `ws://token:<token>@host/ws/inspect` (RFC 7617). */
function passwordOf(req: IncomingMessage): string | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

function cookieOf(req: IncomingMessage, name: string): string | undefined {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/**
 * Who it is.
 * @throws FaultError unauthorized when a credential is presented that does not hold, or none is and none may be missing
 */
export function authenticate(runtime: Runtime, { token, cookie, half }: Presented, tokenless: Principal | undefined): Principal {
  if (token !== undefined) {
    const principal = runtime.principals.authenticate(token);
    if (!principal) throw new FaultError('unauthorized', 'this token is not known here');
    return principal;
  }
  if (cookie !== undefined && half !== undefined) {
    const principal = runtime.sessions.check(cookie, half);
    if (principal) return principal;
    throw new FaultError('unauthorized', 'this session has ended; get a new sign-in link with: executor web');
  }
  if (tokenless) return tokenless;
  throw new FaultError('unauthorized', 'send Authorization: Bearer <token>, or sign in with a link from: executor web');
}
