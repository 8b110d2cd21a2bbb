import type { Candidate } from '../../../machines/schema/source.ts';
import { suggestNamespace } from '../suggest-namespace.ts';
import type { Description } from './description.ts';
import { nameOf } from './tools.ts';

/** What a server would be called. */
export function candidateOf(description: Pick<Description, 'server' | 'endpoint'>, url?: string): Candidate {
  const name = nameOf(description);
  const plain = name.replace(/\b(mcp|server|servers|modelcontextprotocol)\b/gi, ' ').replace(/^.*\//, '');
  const address = description.endpoint.startsWith('stdio:') ? undefined : (url ?? description.endpoint);
  return { kind: 'mcp', confidence: 1, name, namespace: suggestNamespace(plain.trim() || name, address) };
}
