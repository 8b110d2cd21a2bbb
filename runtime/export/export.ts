import { createHash } from 'node:crypto';
import type { KnownSources } from '../known-sources.ts';
import type { Store } from '../store.ts';
import { partsOf, type Selection } from './catalog-reader.ts';
import { openapiDocument } from './openapi.ts';
import { typescriptClient } from './typescript.ts';

export type ExportFormat = 'openapi' | 'typescript';

/** A generated file, and the tag that stays the same as long as its bytes do (RFC 9110, section 8.8.3). */
export interface Exported {
  readonly text: string;
  readonly etag: string;
}

const FORMATS = { openapi: openapiDocument, typescript: typescriptClient };

/** Writes the catalog for others: as an OpenAPI document, or as a TypeScript client (CONTRACT, section 9). */
export function createExport(store: Store, sources: KnownSources) {
  return async (format: ExportFormat, selection: Selection): Promise<Exported> => {
    const text = await FORMATS[format](partsOf(store, sources, selection));
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
  };
}
export type Export = ReturnType<typeof createExport>;
