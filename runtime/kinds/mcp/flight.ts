import { AsyncLocalStorage } from 'node:async_hooks';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Circumstances, Companion } from '../calling.ts';

/** What a server asks of a person in the middle of a call: to fill a form, or to go to an address. */
export interface Asked {
  readonly message: string;
  readonly schema?: unknown;
  readonly url?: string;
}

/** What a person said to it, as the protocol has it. */
export interface Said {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, unknown>>;
}

interface Question extends Asked {
  answer(said: Said): void;
}

/** What came next of a call: a question, or its result as the server gave it. */
export type Step = { readonly asked: Asked } | { readonly result: unknown };

type Settled = { readonly result: unknown } | { readonly error: unknown };

/** Without a sign of life for so long, in milliseconds, a call is given up unless told otherwise. A person's thinking does not count. */
const SILENCE_MS = 600_000;

/** Why the stream of a call that has ended is closed: one for all, for an error is dear to make and nobody looks at it. */
const OVER = new Error('nothing more is to be heard of the call');

/** The call on whose behalf a message comes in, where its own stream brought it. */
export const currentFlight = new AsyncLocalStorage<Flight>();

/**
 * One call under way in a session. Questions of the server halt it: whoever waits for the next step gets the question, goes away, and
 * comes back with the answer, while the call stays open on the other side.
 */
export class Flight {
  readonly #questions: Question[] = [];
  readonly #abort = new AbortController();
  readonly #end = new AbortController();
  #wake: (() => void) | undefined;
  #settled: Settled | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Called when it goes on by itself while nobody waits for it: the server withdrew its question, or is gone. */
  onMoved: (() => void) | undefined;

  readonly principal: string | undefined;
  readonly companion: Companion | undefined;
  readonly traceparent: string | undefined;
  readonly #silenceMs: number;

  constructor(
    { principal, companion, traceparent }: Pick<Circumstances, 'principal' | 'companion' | 'traceparent'>,
    silenceMs = SILENCE_MS,
  ) {
    this.principal = principal;
    this.companion = companion;
    this.traceparent = traceparent;
    this.#silenceMs = silenceMs;
  }

  /** Aborted when the call is to be given up: the server is told. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborted when there is nothing more to be heard of it: its stream can be closed. */
  get over(): AbortSignal {
    return this.#end.signal;
  }

  /** Starts the call; its end becomes a step. */
  run(work: () => Promise<unknown>): void {
    this.touch();
    currentFlight.run(this, work).then(
      result => this.#settle({ result }),
      error => this.#settle({ error }),
    );
  }

  /** A sign of life. */
  touch(): void {
    clearTimeout(this.#silence);
    if (this.#settled || this.#questions.length > 0) return;
    this.#silence = setTimeout(() => {
      const minutes = this.#silenceMs / 60_000;
      const message = `The server has not been heard of for ${minutes < 1 ? `${this.#silenceMs / 1_000} seconds` : `${minutes} minutes`}`;
      this.cancel(new FaultError('upstream_timeout', message, { details: { sent: true } }));
    }, this.#silenceMs);
    this.#silence.unref();
  }

  /** The next step. Aborting gives the call up. */
  async next(signal: AbortSignal): Promise<Step> {
    const giveUp = (): void =>
      this.cancel(new FaultError('cancelled', 'The call was cancelled', { details: { sent: true }, cause: signal.reason }));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp);
    try {
      for (;;) {
        if (this.#settled) {
          if ('error' in this.#settled) throw this.#settled.error;
          return this.#settled;
        }
        const [question] = this.#questions;
        if (question) {
          const { message, schema, url } = question;
          return { asked: { message, ...(schema !== undefined && { schema }), ...(url !== undefined && { url }) } };
        }
        await new Promise<void>(resolve => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Puts a question of the server; resolves when it was answered, or withdrawn. */
  ask(asked: Asked, withdrawn: AbortSignal): Promise<Said> {
    return new Promise(resolve => {
      const question: Question = { ...asked, answer: resolve };
      const drop = (): void => {
        const at = this.#questions.indexOf(question);
        if (at < 0) return;
        this.#questions.splice(at, 1);
        resolve({ action: 'cancel' });
        this.touch();
        if (at === 0) this.#moved();
      };
      this.#questions.push(question);
      clearTimeout(this.#silence);
      withdrawn.addEventListener('abort', drop, { once: true });
      this.#wake?.();
    });
  }

  /** Answers the question that was put. */
  answer(said: Said): void {
    this.#questions.shift()?.answer(said);
    this.touch();
  }

  /** How many of its requests were answered before the one that is under way: a call of several requests has a stream for each. */
  leg = 0;

  /** The stream on which the answer of a leg was to come has ended. */
  lost(leg: number): void {
    if (this.#settled || leg !== this.leg) return;
    this.#settle({
      error: new FaultError('upstream_unreachable', 'The connection was lost before the server had answered', { details: { sent: true } }),
    });
  }

  cancel(reason: FaultError): void {
    if (this.#settled) return;
    this.#abort.abort(reason);
    this.#settle({ error: reason });
  }

  #settle(settled: Settled): void {
    if (this.#settled) return;
    this.#settled = settled;
    clearTimeout(this.#silence);
    for (const question of this.#questions.splice(0)) question.answer({ action: 'cancel' });
    // The notification that it was cancelled is on its way: it goes apart from the stream.
    setImmediate(() => this.#end.abort(OVER));
    this.#moved();
  }

  /** Whether it stands still until a question of the server is answered. */
  get isAsking(): boolean {
    return this.#questions.length > 0;
  }

  /** Whether it has ended. */
  get settled(): boolean {
    return this.#settled !== undefined;
  }

  #moved(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
    this.onMoved?.();
  }
}
