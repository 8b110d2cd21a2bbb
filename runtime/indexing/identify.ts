import { FaultError } from '../../machines/schema/fault.ts';
import type { Candidate } from '../../machines/schema/source.ts';
import type { Probe } from '../kinds/kind.ts';
import { documentKinds } from './kinds.ts';

/** Which kinds the bytes may be of, the surest first; throws `source_not_recognised`, saying what they are instead, when of none. */
export function identifyDocument(probe: Probe): Candidate[] {
  const candidates = documentKinds().flatMap(kind => kind.detect(probe) ?? []);
  if (candidates.length > 0) return candidates.sort((a, b) => b.confidence - a.confidence);
  throw new FaultError('source_not_recognised', whatItIs(probe));
}

function whatItIs({ bytes, contentType = '' }: Probe): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 2_048)).trimStart();
  const hint = 'Give the address of an OpenAPI document (JSON or YAML), a GraphQL endpoint or an MCP server.';
  if (start === '') return `There is nothing here: the document is empty. ${hint}`;
  if (/^<(!doctype html|html)/i.test(start) || (start.startsWith('<') && contentType.includes('html')))
    return `This is an HTML page, not an API description. ${hint}`;
  if (start.startsWith('<')) return `This is an XML document, not an API description executor knows. ${hint}`;
  if (bytes.subarray(0, 2_048).includes(0)) return `This is a binary file, not an API description. ${hint}`;
  return `This is not an API description executor knows: it has neither an \`openapi\` nor a \`swagger\` version. ${hint}`;
}
