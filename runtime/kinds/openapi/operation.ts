import type { Style } from './binding.ts';
import type { Node } from './document.ts';

/** One operation as every format gives it, OpenAPI 3, Swagger 2.0 or Discovery. Schemas are still the document's own. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  readonly tags: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated: boolean;
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  readonly output?: { readonly schema: unknown; readonly streamed?: true };
  /** Media types of the successful response. */
  readonly produces: readonly string[];
  readonly servers: readonly ServerNode[];
  /** The operation's own security requirements; those of the document where it has none. */
  readonly security?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'querystring';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: unknown;
  readonly style?: Style;
  readonly explode?: boolean;
  readonly allowReserved?: true;
  readonly content?: string;
  readonly example?: unknown;
}

export interface Body {
  readonly required: boolean;
  readonly description?: string;
  readonly media: readonly Media[];
}

export interface Media {
  readonly type: string;
  readonly schema: unknown;
  readonly encoding?: Node;
}

/** A server as the document writes it. */
export interface ServerNode {
  readonly url: string;
  readonly variables?: Node;
}

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;
