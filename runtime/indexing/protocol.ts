import type { AuthMethod } from '../../machines/schema/auth.ts';
import type { Fault } from '../../machines/schema/fault.ts';
import type { Candidate, ImportReport, SourceKind } from '../../machines/schema/source.ts';

/** What the worker is told, once: index a document, or say what it is. */
export type Order =
  | {
      readonly type: 'index';
      readonly kind: SourceKind;
      readonly namespace: string;
      readonly bytes: Uint8Array;
      readonly url?: string;
      readonly endpoint?: boolean;
      readonly baseUrl?: string;
      readonly trusted?: boolean;
      /** Whether documents this one refers to may be asked for. */
      readonly external: boolean;
    }
  | { readonly type: 'identify'; readonly bytes: Uint8Array; readonly url?: string; readonly contentType?: string };

/** A tool as its catalog row: `json` is the tool, ready to be stored. */
export interface ToolRow {
  readonly path: string;
  readonly json: string;
  readonly hash: string;
}

/** A definition of the source's table as its row. */
export interface DefinitionRow {
  readonly name: string;
  readonly json: string;
}

/** What comes back while indexing goes on: ready-made strings, so that the receiver parses nothing. */
export type Chunk =
  /** `hits` is a JSON array of search hits with their keywords, one for each row. */
  | { readonly type: 'tools'; readonly rows: readonly ToolRow[]; readonly hits: string }
  | { readonly type: 'definitions'; readonly rows: readonly DefinitionRow[] }
  /** The next piece of the packed search index of all tools. */
  | { readonly type: 'packed'; readonly bytes: Uint8Array }
  | { readonly type: 'progress'; readonly done: number; readonly total: number };

/** What is left to say when all chunks are out. */
export interface IndexSummary {
  readonly name: string;
  readonly baseUrl?: string;
  readonly origins: readonly string[];
  readonly warnings: readonly string[];
  readonly report: ImportReport;
  readonly auth?: readonly AuthMethod[];
  readonly toolCount: number;
  readonly definitionCount: number;
}

export type Message =
  | { readonly type: 'chunk'; readonly chunk: Chunk }
  /** A document this one refers to is asked for. */
  | { readonly type: 'wanted'; readonly url: string }
  | { readonly type: 'indexed'; readonly summary: IndexSummary }
  | { readonly type: 'identified'; readonly candidates: readonly Candidate[] }
  | { readonly type: 'failed'; readonly fault: Fault };

/** What the worker hears while it works: a chunk is taken care of, so that nothing piles up; or what it wanted, or why it cannot have it. */
export type Reply =
  | { readonly type: 'taken' }
  | { readonly type: 'fetched'; readonly url: string; readonly bytes: Uint8Array }
  | { readonly type: 'refused'; readonly url: string; readonly message: string };
