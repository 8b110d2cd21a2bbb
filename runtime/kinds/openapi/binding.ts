/** Where a parameter goes. `querystring` (OpenAPI 3.2) is the whole query in one value. */
export type Place = 'path' | 'query' | 'header' | 'cookie' | 'querystring';

/** How a value is written (OpenAPI, "Style Values"); `tsv` is Swagger 2.0's, the other collection formats have a style. */
export type Style = 'simple' | 'form' | 'label' | 'matrix' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject' | 'tsv';

/** One parameter of one operation. What is absent is the default of its place. */
export interface BoundParameter {
  readonly name: string;
  readonly in: Place;
  /** The argument it is taken from, where that is not its name. */
  readonly as?: string;
  readonly style?: Style;
  readonly explode?: boolean;
  readonly allowReserved?: true;
  /** The media type its value is written in, for parameters with `content`. */
  readonly content?: string;
}

/** How one property of a form or multipart body is written. */
export interface BoundEncoding {
  readonly style?: Style;
  readonly explode?: boolean;
  readonly allowReserved?: true;
  readonly contentType?: string;
  /** True for file parts: their argument is text or `{base64 | text, filename?, contentType?}`. */
  readonly file?: true;
}

/** One media type a body can be sent in. */
export interface BoundMedia {
  readonly type: string;
  /** The argument that is the whole body; absent: the arguments beside the parameters are its properties. */
  readonly as?: string;
  readonly encoding?: Readonly<Record<string, BoundEncoding>>;
}

/** The body of an operation. The first media type is the one sent when `_contentType` does not say otherwise. */
export interface BoundBody {
  readonly required?: true;
  readonly media: readonly BoundMedia[];
  /** Argument to property, where the two names differ. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** How to make a request of an input: all that `request` needs, and no more. */
export interface Binding {
  readonly method: string;
  readonly path: string;
  /** Absolute server URLs; the first is the default, the others are chosen with `_server`. */
  readonly servers: readonly string[];
  readonly parameters: readonly BoundParameter[];
  readonly body?: BoundBody;
  /** Sent as `Accept` where the operation answers with something else than JSON. */
  readonly accept?: string;
}

/** Names of arguments that are the executor's own (CONTRACT, section 3). */
export const RESERVED: ReadonlySet<string> = new Set(['_contentType', '_server', '_select']);
