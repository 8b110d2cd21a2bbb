import type { IncomingMessage } from 'node:http';
import { FaultError } from '../../machines/schema/fault.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface Doors {
  /** The host the server is bound to. */
  host: string;
  port: () => number;
  publicUrl?: string | undefined;
  allowedHosts: readonly string[];
  requireToken: boolean;
}

export const isLoopbackHost = (host: string): boolean => LOOPBACK.has(host) || host === '::1' || /^127\./.test(host);

/**
 * Checks Host and, when present, Origin: what keeps DNS rebinding and other sites' pages out (WANTS, row 21). Called before anything
 * else is looked at.
 * @throws FaultError forbidden
 */
export function checkDoors(req: IncomingMessage, doors: Doors): void {
  const { host, origin } = req.headers;
  const name = host && hostnameOf(host);
  if (!name || !(isOwn(name, doors) || doors.allowedHosts.includes(name))) {
    throw new FaultError('forbidden', `this host is not served here: ${host ?? '(none)'}`);
  }
  if (origin !== undefined && !ownOrigins(doors).has(origin)) {
    throw new FaultError('forbidden', `requests of the origin ${origin} are refused`);
  }
}

function isOwn(name: string, { host, publicUrl }: Doors): boolean {
  if (LOOPBACK.has(name)) return isLoopbackHost(host) || host === '0.0.0.0' || host === '::';
  return name === host || name === `[${host}]` || (publicUrl !== undefined && new URL(publicUrl).hostname === name);
}

function hostnameOf(host: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::\d+)?$/i.exec(host);
  return match?.[1]?.toLowerCase();
}

function ownOrigins({ host, port, publicUrl, allowedHosts }: Doors): Set<string> {
  const names = [...LOOPBACK, host.includes(':') ? `[${host}]` : host, ...allowedHosts];
  const origins = names.map(name => `http://${name}:${port()}`);
  for (const name of allowedHosts) origins.push(`https://${name}`);
  return new Set(publicUrl ? [...origins, new URL(publicUrl).origin] : origins);
}

/** Whether somebody without a token is the principal `local` (CONTRACT, section 2). */
export function allowsTokenless(req: IncomingMessage, { host, publicUrl, requireToken }: Doors): boolean {
  if (requireToken || publicUrl !== undefined || !isLoopbackHost(host)) return false;
  if (Object.keys(req.headers).some(name => name === 'forwarded' || name.startsWith('x-forwarded-'))) return false;
  const remote = req.socket.remoteAddress ?? '';
  return remote === '::1' || remote.startsWith('127.') || remote.startsWith('::ffff:127.');
}
