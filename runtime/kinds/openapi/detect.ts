import type { Candidate } from '../../../machines/schema/source.ts';
import type { Probe } from '../kind.ts';
import { suggestNamespace } from '../suggest-namespace.ts';
import { isObject, type Node, text } from './document.ts';
import { readHead } from './head.ts';
import { serverUrls } from './servers.ts';

/** Says whether the bytes are an OpenAPI document, and what it might be called. */
export function detectOpenApi(probe: Probe): Candidate | undefined {
  const head = readHead(probe.bytes);
  if (!head) return undefined;
  const confidence = confidenceIn(head);
  if (confidence === 0) return undefined;
  const title = text(isObject(head.info) ? head.info.title : head.title);
  const baseUrl = isDiscovery(head) ? text(head.baseUrl) : baseOf(head, probe.url);
  return {
    kind: 'openapi',
    confidence,
    name: title ?? 'API',
    namespace: suggestNamespace(title, baseUrl ?? probe.url),
    ...(baseUrl !== undefined && { baseUrl }),
  };
}

/** Google's own format: it names itself. */
export const isDiscovery = (root: Node): boolean =>
  root.kind === 'discovery#restDescription' || (typeof root.discoveryVersion === 'string' && isObject(root.resources));

function confidenceIn(head: Node): number {
  if (isDiscovery(head)) return 1;
  const version = String(head.openapi ?? head.swagger ?? '');
  if (/^[23](\.\d+)*$/.test(version)) return head.paths === undefined ? 0.6 : 1;
  return version === '' ? 0 : 0.5;
}

function baseOf(head: Node, url: string | undefined): string | undefined {
  const first = Array.isArray(head.servers) ? head.servers[0] : undefined;
  const server =
    isObject(first) && typeof first.url === 'string'
      ? { url: first.url, ...(isObject(first.variables) && { variables: first.variables }) }
      : undefined;
  if (server) return serverUrls([server], url, () => {})[0];
  return typeof head.host === 'string'
    ? serverUrls([{ url: `https://${head.host}${text(head.basePath) ?? ''}` }], url, () => {})[0]
    : undefined;
}
