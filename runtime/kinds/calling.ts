import type { SourceContext } from '../../machines/schema/source.ts';

/** As whom a call goes. */
export interface Credential {
  /** Tells one credential of a source from another; the same for as long as it is the same, however often its token is renewed. */
  readonly id: string;
  /** What goes with each request; asked for at each. */
  headers(): Readonly<Record<string, string>> | undefined;
  /** What a command is given in its environment. */
  env(): Readonly<Record<string, string>> | undefined;
  /** What of it must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * A client that takes part in a call: it hears how it goes on, and answers what the server asks of clients. It is there only as long as
 * the client is; nothing of it is stored.
 */
export interface Companion {
  progress?(progress: { progress: number; total?: number; message?: string }): void;
  /** A notification of the server that came during the call, such as `notifications/message`. */
  heard?(method: string, params: Readonly<Record<string, unknown>> | undefined): void;
  /** Answers `sampling/createMessage`. */
  sample?(params: unknown, signal: AbortSignal): Promise<unknown>;
  /** Answers `roots/list`. */
  roots?(signal: AbortSignal): Promise<unknown>;
  /** Told what the server is going to ask of a person, under the names it has for it: each becomes a form, in this order. */
  asks?(requests: Readonly<Record<string, unknown>>): void;
  /** From which level on it wants to hear what the server logs, where that is said with each call. */
  readonly logLevel?: string;
}

/** What an upstream asks of a person before it goes on. Without a `schema`, that they have been at `url`. */
export interface Form {
  readonly message: string;
  readonly schema?: unknown;
  readonly url?: string;
  /** Plain JSON that the kind wants back with the answer; without it the call is held open, and is lost with the process. */
  readonly continuation?: unknown;
}

/** What a person answered to a form. */
export interface Answering {
  readonly action: 'accept' | 'decline';
  readonly content?: Readonly<Record<string, unknown>>;
  readonly continuation?: unknown;
}

/** What a call is made under. */
export interface Circumstances {
  /** The execution's id. */
  readonly id: string;
  readonly source: SourceContext;
  readonly credential: Credential;
  readonly signal: AbortSignal;
  /** Who asked. */
  readonly principal?: string;
  readonly companion?: Companion | undefined;
  /** The answer to the form with which this call ended before. */
  readonly answering?: Answering | undefined;
  /** The trace the upstream is told of, as W3C's `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Told when a call that waits for an answer has gone on without it. */
  onMoved?(): void;
}
