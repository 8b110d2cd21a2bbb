import type { KeptRequest, StreamLog } from '../../runtime/streams.ts';
import type { Frame, Keep } from './event-stream.ts';

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
  readonly #principalId: string;
  readonly #oversized = new Set<number>();
  #initialize: unknown;
  #isKept: boolean;
  #stored: Promise<void> = Promise.resolve();

  constructor(streams: Streams, sessionId: string, principalId: string, { isKept = false } = {}) {
    this.#streams = streams;
    this.#sessionId = sessionId;
    this.#principalId = principalId;
    this.#isKept = isKept;
  }

  /** What the client said of itself. */
  heard(initialize: unknown): void {
    if (JSON.stringify(initialize ?? null).length <= INITIALIZE_CHARACTERS) this.#initialize = initialize;
  }

  /** A stream is open now. Returns the way to keep its frames. */
  opened(stream: number, isListening: boolean): Keep | undefined {
    if (!this.#isKept && this.#initialize === undefined) return undefined;
    if (!this.#isKept) {
      this.#isKept = true;
      const row = { principalId: this.#principalId, initialize: this.#initialize, at: new Date().toISOString() };
      this.#stored = this.#streams.keepSession(this.#sessionId, row);
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
    this.#initialize = undefined;
  }
}
