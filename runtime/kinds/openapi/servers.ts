import { isObject, type Node } from './document.ts';
import type { ServerNode } from './operation.ts';

const MOST = 64;

/** Every concrete URL of a list of servers, templates filled with defaults first, then with the other values of their enums. */
export function serverUrls(servers: readonly ServerNode[], documentUrl: string | undefined, warn: (message: string) => void): string[] {
  const urls = new Set<string>();
  for (const server of servers) {
    for (const filled of fill(server)) {
      const url = absolute(filled, documentUrl);
      if (url === undefined) warn(`server ${server.url} has no address of its own: give the source a base URL`);
      else if (urls.size < MOST) urls.add(url);
    }
  }
  return [...urls];
}

/** All the ways to fill a template; one, with its defaults, where variables have no enum. */
function* fill(server: ServerNode): Generator<string> {
  const names = [...new Set([...server.url.matchAll(/\{([^{}]+)\}/g)].map(match => match[1]!))];
  const choices = names.map(name => valuesOf(isObject(server.variables?.[name]) ? server.variables[name] : {}, name));
  const total = Math.min(
    choices.reduce((product, values) => product * values.length, 1),
    MOST,
  );
  for (let n = 0; n < total; n++) {
    let rest = n;
    let url = server.url;
    names.forEach((name, index) => {
      const values = choices[index]!;
      url = url.replaceAll(`{${name}}`, values[rest % values.length]!);
      rest = Math.floor(rest / values.length);
    });
    yield url;
  }
}

function valuesOf(variable: Node, name: string): string[] {
  const listed = Array.isArray(variable.enum) ? variable.enum.map(String) : [];
  const fallback = variable.default === undefined ? (listed[0] ?? name) : String(variable.default);
  return [...new Set([fallback, ...listed])];
}

/** Resolves against the document's address; without one only an absolute URL, or a bare host name, will do. */
export function absolute(url: string, documentUrl: string | undefined): string | undefined {
  const bareHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/|$)/i.test(url) && !/\.(json|ya?ml)$/i.test(url);
  const base = documentUrl !== undefined && /^https?:/i.test(documentUrl) ? documentUrl : undefined;
  const candidate = bareHost ? `https://${url}` : url.startsWith('//') && base === undefined ? `https:${url}` : url;
  try {
    const resolved = new URL(candidate, base);
    if (resolved.protocol !== 'http:' && resolved.protocol !== 'https:') return undefined;
    resolved.hash = '';
    resolved.username = '';
    resolved.password = '';
    return trimSlash(resolved.href);
  } catch {
    // A relative URL with nothing to be relative to.
    return undefined;
  }
}

export const trimSlash = (url: string): string => url.replace(/\/+$/, '');

export const originOf = (url: string): string => new URL(url).origin;
