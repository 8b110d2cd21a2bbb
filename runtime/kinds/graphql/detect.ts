import type { Candidate } from '../../../machines/schema/source.ts';
import type { Probe } from '../kind.ts';
import { suggestNamespace } from '../suggest-namespace.ts';

/** What looks like a definition of the schema language at the start of a document, behind comments and descriptions. */
const SDL =
  /^(?:\s|,|#[^\n]*(?:\n|$)|"""(?:[^\\"]|\\[\s\S]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*")*(?:extend\s+)?(?:schema\s*(?:@[^{]*)?\{|(?:type|interface|enum|input)\s+[_A-Za-z]\w*\s*(?:implements\b|@|\{)|union\s+[_A-Za-z]\w*\s*[@=]|scalar\s+[_A-Za-z]\w*\s*(?:@|\n|\r|$)|directive\s+@[_A-Za-z])/;

/** Says whether the bytes are a GraphQL schema: the answer to an introspection, or the schema language. */
export function detectGraphql({ bytes, url }: Probe): Candidate | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 64 * 1024)).replace(/^\uFEFF/, '');
  const confidence = /^\s*\{/.test(start) ? inJson(start) : inSdl(start);
  if (confidence === 0) return undefined;
  return { ...candidateAt(url, confidence), needsBaseUrl: true };
}

const inJson = (start: string): number =>
  /^\s*\{(?:\s*"data"\s*:\s*\{)?\s*"__schema"\s*:\s*\{/.test(start) ? 1 : /"__schema"\s*:\s*\{/.test(start) ? 0.9 : 0;

const inSdl = (start: string): number => (SDL.test(start) ? 0.95 : 0);

/** A schema has no title: it is called by its host. */
export function candidateAt(url: string | undefined, confidence: number): Candidate {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
  return { kind: 'graphql', confidence, name: host ?? 'GraphQL API', namespace: suggestNamespace(undefined, url) };
}
