import { FaultError } from '../../machines/schema/fault.ts';
import type { SourceKind } from '../../machines/schema/source.ts';
import { graphql } from '../kinds/graphql/graphql.ts';
import type { Kind } from '../kinds/kind.ts';
import { mcpDescription } from '../kinds/mcp/described.ts';
import { openapi } from '../kinds/openapi/openapi.ts';

/** The kinds whose description is a document, so that it can be indexed away from the main thread. */
const kinds: readonly Kind[] = [openapi, graphql, mcpDescription];

export const documentKinds = (): readonly Kind[] => kinds;

export function documentKind(kind: SourceKind): Kind {
  const found = kinds.find(candidate => candidate.kind === kind);
  if (!found) throw new FaultError('source_not_recognised', `Sources of kind ${kind} are not made from a document.`);
  return found;
}
