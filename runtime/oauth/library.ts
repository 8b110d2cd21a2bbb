import { allowInsecureRequests, customFetch } from 'oauth4webapi';
import type { OAuthFetch } from './fetch.ts';

/** How `oauth4webapi` is told to send: through the guard; plain http only where private addresses are allowed (`checkScheme`). */
export const libraryOptions = (guardedFetch: OAuthFetch, allowPrivate: boolean, signal?: AbortSignal) => ({
  [customFetch]: guardedFetch as never,
  [allowInsecureRequests]: allowPrivate,
  ...(signal && { signal }),
});
