import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import type { Dispatcher } from 'undici';
import type { FaultError } from '../../machines/schema/fault.ts';
import { type Circumstance, classify, hopFault } from './classify.ts';
import type { Hop } from './redirect.ts';

/** An answer whose body is still on its way. */
export interface Opened {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

export interface StreamLimits {
  /** Time from sending to the headers of the answer, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** Size of the body, in bytes; of a stream of events (HTML, section 9.2), of each event. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one hop and gives its answer as soon as its headers are there. The body has no time limit: it may be a stream that stands for
 * hours. Every rejection, and every error of the body, is a `FaultError` whose details say whether anything was `sent`.
 */
export function openStream(dispatcher: Dispatcher, hop: Hop, headers: Record<string, string>, limits: StreamLimits): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const { signal } = limits;
    let controller: Dispatcher.DispatchController | undefined; // there as soon as a byte may have left
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    let isOver = false;
    let isAllowed = (_chunk: Uint8Array): boolean => true;

    const at = (): Circumstance => ({ origin: hop.url.origin, sent: controller !== undefined });
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      return true;
    };
    const fail = (fault: FaultError): void => {
      if (!end()) return;
      if (body) body.error(fault);
      else reject(fault);
      controller?.abort(fault);
    };
    const giveUp = (): void => fail(hopFault('cancelled', `The request to ${hop.url.origin} was cancelled`, at(), signal?.reason));
    const timer = setTimeout(
      () => fail(hopFault('upstream_timeout', `${hop.url.origin} sent no answer in time`, at())),
      limits.headersTimeoutMs,
    );
    if (signal?.aborted) {
      giveUp();
      return;
    }
    signal?.addEventListener('abort', giveUp);

    dispatcher.dispatch(
      { origin: hop.url.origin, path: hop.url.pathname + hop.url.search, method: hop.method, headers, body: hop.body ?? null },
      {
        onRequestStart(started) {
          if (isOver || controller !== undefined) {
            started.abort(new Error('given up before it was sent')); // it leaves once: undici may not requeue it
            return;
          }
          controller = started;
        },
        onResponseStart(current, status, raw) {
          if (isOver || status < 200) return;
          clearTimeout(timer);
          const flat = flatHeaders(raw);
          isAllowed = limitOf(flat['content-type'] ?? '', limits.maxBytes);
          const stream = new ReadableStream<Uint8Array>({
            start(started) {
              body = started;
            },
            pull: () => current.resume(),
            cancel() {
              if (end()) current.abort(new Error('the rest of the body is not wanted'));
            },
          });
          resolve({ status, headers: flat, body: stream });
        },
        onResponseData(current, chunk) {
          // undici hands over an empty chunk when it resumes with nothing read yet. Pausing again for that would go round without ever
          // letting the socket read.
          if (isOver || !body || chunk.length === 0) return;
          if (!isAllowed(chunk)) {
            fail(hopFault('body_too_large', `${hop.url.origin} answered with more than ${limits.maxBytes} bytes`, at()));
            return;
          }
          body.enqueue(chunk);
          if ((body.desiredSize ?? 0) <= 0) current.pause();
        },
        onResponseEnd() {
          if (end()) body?.close();
        },
        onResponseError(_controller, error) {
          fail(classify(error, at()));
        },
      },
    );
  });
}

/** Counts a body; of events only since the last blank line, which ends one. */
function limitOf(contentType: string, maxBytes: number): (chunk: Uint8Array) => boolean {
  const isEvents = contentType.toLowerCase().startsWith('text/event-stream');
  let bytes = 0;
  return chunk => {
    const blank = isEvents ? Math.max(lastOf(chunk, '\n\n'), lastOf(chunk, '\n\r\n'), lastOf(chunk, '\r\r')) : -1;
    bytes = blank < 0 ? bytes + chunk.length : chunk.length - blank;
    return bytes <= maxBytes;
  };
}

const lastOf = (chunk: Uint8Array, ending: string): number =>
  Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).lastIndexOf(ending, undefined, 'latin1');

function flatHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
