import type { KeptRequest, KeptSession, StreamLog } from '../../runtime/streams.ts';
import type { Frame, Keep } from './event-stream.ts';
import { standingAfter } from './standing.ts';

/** What a client says when it comes is kept up to this size: it is small, or it is nothing to be kept. */
const INITIALIZE_CHARACTERS = 16 * 1024;

/** A frame above this is not kept, nor that the request has been answered: the answer is the outcome of an execution, which is kept. */
const FRAME_CHARACTERS = 256 * 1024;

export type Streams = Pick<StreamLog, 'keepSession' | 'keepStream' | 'keepFrame' | 'dropStream' | 'find' | 'forget'>;

/**
 * What a session writes down, so that its client can go on with it after a restart. Nothing before it has its first stream: a session in
 * which all is answered at once costs nothing, and losing it costs its client a new `initialize`.
 */
export class Keeping {
  readonly #streams: Streams;
  readonly #sessionId: string;
  readonly #oversized = new Set<number>();
  #row: KeptSession;
  #isKept: boolean;
  #stored: Promise<void> = Promise.resolve();

  constructor(streams: Streams, sessionId: string, row: KeptSession, { isKept = false } = {}) {
    this.#streams = streams;
    this.#sessionId = sessionId;
    this.#row = row;
    this.#isKept = isKept;
  }

  /** The session as far as it takes to go on with it; undefined when that is too much. */
  get row(): KeptSession | undefined {
    return this.#row.initialize === undefined ? undefined : this.#row;
  }

  /** A message of the client, which may say what it is or what it wants from now on. */
  heard({ method, params }: { method: string; params?: Record<string, unknown> | undefined }): void {
    if (method === 'initialize' && JSON.stringify(params ?? null).length <= INITIALIZE_CHARACTERS) this.#row.initialize = params;
    const { standing: before = [] } = this.#row;
    const standing = standingAfter(before, method, params);
    if (standing === before) return;
    this.#row = { ...this.#row, standing };
    if (this.#isKept) this.#stored = this.#streams.keepSession(this.#sessionId, this.#row);
  }

  /** A stream is open now. Returns the way to keep its frames. */
  opened(stream: number, isListening: boolean): Keep | undefined {
    if (this.#row.initialize === undefined) return undefined;
    if (!this.#isKept) {
      this.#isKept = true;
      this.#row.at = new Date().toISOString();
      this.#stored = this.#streams.keepSession(this.#sessionId, this.#row);
    }
    this.#streams.keepStream(this.#sessionId, stream, { requests: [], isListening });
    return this.keepOf(stream);
  }

  /** Resolves when what there is of the session is on disk. */
  stored(): Promise<void> {
    return this.#stored;
  }

  keepOf(stream: number): Keep {
    return (frame: Frame, gone: number[]) => {
      if (frame.text.length > FRAME_CHARACTERS) this.#oversized.add(stream);
      else this.#streams.keepFrame(this.#sessionId, stream, frame, gone);
    };
  }

  owes(stream: number, requests: KeptRequest[]): void {
    if (!this.#isKept || this.#oversized.has(stream)) return;
    this.#streams.keepStream(this.#sessionId, stream, { requests, isListening: false });
  }

  dropped(stream: number): void {
    this.#oversized.delete(stream);
    if (this.#isKept) this.#streams.dropStream(this.#sessionId, stream);
  }

  /** The session has ended, and is not to come back. */
  ended(): void {
    if (this.#isKept) this.#streams.forget(this.#sessionId);
    this.#isKept = false;
    this.#row = { ...this.#row, initialize: undefined };
  }
}
