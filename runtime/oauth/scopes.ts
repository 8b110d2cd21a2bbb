import type { Discovered } from './discovery.ts';
import type { Beginning } from './logins.ts';

/** Beyond so many scopes, asking for all a description lists is asking for too much. */
const MOST = 30;

/**
 * The scopes that are asked for: what the person says; else what was granted before and was found missing since; else what the server's
 * challenge names, then its resource's metadata, then the description.
 */
export function scopesOf({ server, resourceScopes }: Discovered, { hints, scopes, before }: Beginning): string[] {
  if (scopes !== undefined) return [...new Set(scopes)];
  const missing = before?.missing ?? [];
  const listed = hints.scopes && hints.scopes.length <= MOST ? hints.scopes : [];
  const base = hints.wanted ?? resourceScopes ?? listed;
  const wanted = missing.length > 0 ? [...(before?.grant?.scopes ?? base), ...missing] : base;
  return [...new Set([...wanted, ...offline(server.scopes_supported, server.grant_types_supported, wanted)])];
}

/** Where a server gives refresh tokens to those only who ask for them, they are asked for. */
const offline = (supported: readonly string[] | undefined, grants: readonly string[] | undefined, wanted: readonly string[]): string[] =>
  supported?.includes('offline_access') && (grants?.includes('refresh_token') ?? true) && !wanted.includes('offline_access')
    ? ['offline_access']
    : [];
