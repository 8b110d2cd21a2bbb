import type { AuthMethod } from '../../machines/schema/auth.ts';
import type { Http, LoginNeed } from '../../machines/schema/call.ts';
import type { Fault } from '../../machines/schema/fault.ts';
import type { Candidate, ImportReport, SourceKind } from '../../machines/schema/source.ts';
import type { JsonSchema, Tool, ToolHit } from '../../machines/schema/tool.ts';
import type { Upstream } from '../upstream.ts';
import type { Circumstances, Form } from './calling.ts';

/** What was found at an address: the bytes, and what the server says of them. */
export interface Probe {
  readonly url?: string;
  readonly contentType?: string;
  readonly bytes: Uint8Array;
}

/** With what a description is asked for. */
export interface Access {
  /** Credentials: for the origin of the address only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The id of the credential, as calls have it: with the same one, a session is shared. */
  readonly credential?: string | undefined;
  /** What of it must not be shown. */
  readonly secrets?: readonly string[] | undefined;
}

/** Where an API may answer, and what a kind may use to ask it for its description. */
export interface Endpoint extends Access {
  readonly namespace?: string;
  readonly url: string;
  readonly allowPrivate: boolean;
  readonly upstream: Upstream;
  /** Time for all of it, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What an endpoint said of itself. Without `bytes` it is of the kind and wants something first: a credential, as `candidate.auth` says. */
export interface Obtained {
  readonly candidate: Candidate;
  readonly bytes?: Uint8Array;
  /** The address that answered, after redirects. */
  readonly url: string;
}

/** What indexing is given. Pure: the document is its argument, nothing is fetched but through `external`. */
export interface IndexInput {
  readonly namespace: string;
  readonly bytes: Uint8Array;
  /** Where the document came from, to resolve relative servers and references. */
  readonly url?: string;
  /** Whether `url` is where the API itself answers, not where a document lies. */
  readonly endpoint?: boolean;
  /** Replaces the whole server URL of document, path and operation. */
  readonly baseUrl?: string;
  /** The owner believes what the source says of its own tools. */
  readonly trusted?: boolean;
  /** Fetches a document that this one refers to; without it such references stay open, with a warning. */
  readonly external?: (url: string) => Promise<Uint8Array>;
}

/** What indexing gives. `definitions` is the one table that every `#/$defs/<name>` of the tools points into. */
export interface Indexed {
  readonly name: string;
  readonly baseUrl?: string;
  readonly origins: readonly string[];
  readonly tools: readonly IndexedTool[];
  readonly definitions: ReadonlyMap<string, JsonSchema>;
  /** The ways to authenticate that the description declares. */
  readonly auth?: readonly AuthMethod[];
  readonly warnings: readonly string[];
  readonly report: ImportReport;
}

/** A tool and what search knows of it besides its path and description: tags, summaries, parameter names. */
export interface IndexedTool {
  readonly tool: Tool;
  readonly hit: ToolHit;
  readonly keywords: string;
}

/** A request as a kind makes it: no credentials in it, those are added at the last hop. */
export interface UpstreamRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A response as a kind reads it. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** True when the body was cut at the size limit. */
  readonly truncated: boolean;
}

/** What a response means: data, the tool's own failure, or that a person is to be asked first. */
export interface Reading {
  readonly form?: Form;
  readonly data?: unknown;
  readonly error?: Fault;
  readonly http?: Http;
  /** The upstream takes no credential, or not this one; nothing was carried out. */
  readonly login?: LoginNeed;
}

/** What a request is made for besides its input. */
export interface Target {
  /** Replaces the address the description gives. */
  readonly baseUrl?: string;
  /** Finds a row of the source's definition table. */
  readonly definition?: (name: string) => JsonSchema | undefined;
}

/** One way of describing and calling an API. Everything that is particular to it is in its folder. */
export interface Kind {
  readonly kind: SourceKind;
  /** Says how sure it is that the probe is of its kind; undefined when it is not. */
  detect(probe: Probe): Candidate | undefined;
  /**
   * Asks an endpoint for its description, which then goes the way of a document: `detect` knows it again and `index` reads it. Undefined
   * when what answers is not of this kind; throws what the upstream client throws, and a fault with a reason when it is but refuses.
   */
  obtain?(endpoint: Endpoint): Promise<Obtained | undefined>;
  /** Makes a catalog of a document; throws `source_not_recognised` with a reason a person agrees with. */
  index(input: IndexInput): Indexed | Promise<Indexed>;
  /** Loads what calls need beyond this module; done before the first call of a source of this kind. */
  load?(): Promise<void>;
  /** Makes a request of an input that fits the tool's schema; throws `invalid_arguments` for what no schema can say. */
  request(tool: Tool, input: Readonly<Record<string, unknown>>, target: Target): UpstreamRequest;
  /** The argument that carries an idempotency key, where the operation declares one: such a write may be sent again with the same key. */
  idempotencyArgument?(tool: Tool): string | undefined;
  /** Reads a response: leniently, a mismatch with the description is no failure. */
  read(tool: Tool, response: UpstreamResponse): Reading;
  /**
   * Calls a tool in a session, for kinds that have them; the others are sent what `request` made, and `read` the answer. Throws what the
   * upstream client throws, with `details.sent`.
   */
  call?(tool: Tool, input: Readonly<Record<string, unknown>>, circumstances: Circumstances): Promise<Reading>;
  /** The execution has ended: what is held for it can go. */
  forget?(executionId: string): void;
}
