import type { IncomingMessage } from 'node:http';

/** The path under which a proxy shows the daemon: `/executor` for `https://host/executor`, empty at the root of a host. */
export const prefixOf = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');

/** Takes the prefix off a request's address. Some proxies do it, some leave it to us. */
export function takeOff(prefix: string, req: IncomingMessage): void {
  const { url = '/' } = req;
  if (prefix === '' || !url.startsWith(prefix)) return;
  const rest = url.slice(prefix.length);
  if (rest === '' || rest.startsWith('?')) req.url = `/${rest}`;
  else if (rest.startsWith('/')) req.url = rest;
}
