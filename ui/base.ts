/**
 * The path under which the daemon is reached: empty at the root of a host, `/executor` behind a proxy at a sub-path. Scripts lie in
 * `<base>/assets/`, whatever page they were loaded from.
 */
export const base = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** Where the page is, as the router names it. */
export const ownPath = (): string => location.pathname.slice(base.length) || '/';
