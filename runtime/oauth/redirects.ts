/**
 * Where a browser can be sent back to, the preferred address first. Some authorization servers take an address of this machine only,
 * and of those some by its name only (RFC 8252, sections 7.3 and 8.3).
 */
export function redirectsOf(base: string, local = base): string[] {
  const { port } = new URL(local);
  const own = port === '' ? [] : [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  return [...new Set([base, ...own])].map(origin => `${origin.replace(/\/+$/, '')}/oauth/callback`);
}
