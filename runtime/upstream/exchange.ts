import type { Dispatcher } from 'undici';
import type { FaultError } from '../../machines/schema/fault.ts';
import { type Answer, type AnswerOptions, openAnswer } from './answer.ts';
import type { BodySink } from './body.ts';
import { type Circumstance, classify, hopFault } from './classify.ts';
import type { Leash, Pull } from './leash.ts';
import { type Hop, isSafe } from './redirect.ts';

export interface ExchangeOptions extends AnswerOptions {
  readonly leash: Leash;
  /** Time from the first byte sent to the headers of the answer, in milliseconds. */
  readonly headersTimeoutMs: number;
}

/** Sends one hop and reads its answer. Every rejection is a `FaultError` whose details say whether anything was `sent`. */
export function exchange(dispatcher: Dispatcher, hop: Hop, headers: Record<string, string>, options: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const origin = hop.url.origin;
    let controller: Dispatcher.DispatchController | undefined; // there as soon as a byte may have left
    let sink: BodySink | undefined;
    let isSettled = false;
    let headersTimer: NodeJS.Timeout | undefined;

    const at = (): Circumstance => ({ origin, sent: hop.carriedOut || controller !== undefined });
    const settle = (): boolean => {
      if (isSettled) return false;
      isSettled = true;
      clearTimeout(headersTimer);
      return true;
    };
    const fail = (fault: FaultError): void => {
      if (!settle()) return;
      sink?.discard();
      reject(fault);
      controller?.abort(fault);
    };
    const complete = (answer: Answer, isWhole: boolean): void => {
      if (!settle()) return;
      resolve(answer);
      if (!isWhole) controller?.abort(new Error('the rest of the body is not wanted'));
    };
    const timeOut = (what: string): void => fail(hopFault('upstream_timeout', `${origin} ${what}`, at()));
    const pull = (by: Pull): void => {
      if (by.why === 'timeout') timeOut('did not answer in time');
      else fail(hopFault('cancelled', `The request to ${origin} was cancelled`, at(), by.cause));
    };
    const end = {
      complete,
      overflow: () => fail(hopFault('body_too_large', `${origin} answered with more than ${options.maxBytes} bytes`, at())),
      damaged: (error: Error) => fail(classify(error, at())),
      drained: () => controller?.resume(),
    };

    options.leash.hold(pull);
    if (options.leash.pulled) {
      pull(options.leash.pulled);
      return;
    }
    dispatcher.dispatch(
      { origin, path: hop.url.pathname + hop.url.search, method: hop.method, headers, body: hop.body ?? null },
      {
        onRequestStart(started) {
          const isRepeat = controller !== undefined;
          if (isSettled || (isRepeat && !isSafe(hop.method))) {
            started.abort(new Error('given up before it was sent')); // a write leaves once: undici may not requeue it
            return;
          }
          controller = started;
          headersTimer ??= setTimeout(() => timeOut('took the request but sent no answer in time'), options.headersTimeoutMs);
        },
        onResponseStart(_controller, status, raw) {
          if (isSettled || status < 200) return; // after 103 and the like the answer follows
          clearTimeout(headersTimer);
          sink = openAnswer(hop, status, raw, options, end);
        },
        onResponseData(current, chunk) {
          if (sink && !isSettled && !sink.write(chunk)) current.pause();
        },
        onResponseEnd() {
          if (!isSettled) sink?.end();
        },
        onResponseError(_controller, error) {
          fail(classify(error, at()));
        },
      },
    );
  });
}
