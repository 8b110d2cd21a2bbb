import type { Published } from '../actor.ts';
import { readLog } from '../log.ts';
import type { Store } from '../store.ts';
import type { Upstream } from '../upstream.ts';
import { VERSION } from '../version.ts';
import { isSettled } from '../views.ts';
import { type Span, spansOf } from './spans.ts';

/** Spans wait this long for others to leave with. */
const GATHER_MS = 1_000;
/** A collector that did not take them is left alone this long. */
const RETRY_MS = 10_000;
/** So many leave in one request. */
const BATCH = 512;
/** While nobody takes them so many are kept; beyond that the oldest are lost. */
const KEPT = 4_096;
const REQUEST_MS = 10_000;
/** A daemon that is stopped waits this long for the last of them to be taken. */
const LAST_MS = 1_000;

/** Answers that ask for the same again later (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
const RETRYABLE = new Set([429, 502, 503, 504]);

export interface Tracing {
  /** Told of every transition that is stored. Never throws, never waits. */
  follow(published: Published): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Traces over OTLP, as JSON over HTTP: what is settled is told to a collector, in the background. A collector that does not answer costs
 * nothing but the traces.
 * @param endpoint OTEL_EXPORTER_OTLP_ENDPOINT: the base, to which `v1/traces` is added
 */
export function createTracing(parts: { endpoint: string; store: Store; upstream: Upstream; log: (line: string) => void }): Tracing {
  const { store, upstream, log } = parts;
  const url = `${parts.endpoint.replace(/\/+$/, '')}/v1/traces`;
  let waiting: Span[] = [];
  let reading: Promise<void> = Promise.resolve();
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isRefused = false;

  /** Says once that the collector does not take them, and once more when it does again. */
  function heard(trouble: string | undefined): void {
    if ((trouble !== undefined) === isRefused) return;
    isRefused = trouble !== undefined;
    log(isRefused ? `traces are not taken by OTEL_EXPORTER_OTLP_ENDPOINT: ${trouble}` : 'traces are taken again');
  }

  async function send(timeoutMs: number): Promise<void> {
    const spans = waiting.splice(0, BATCH);
    if (spans.length === 0) return;
    try {
      const { status } = await upstream.send(
        { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(requestOf(spans)) },
        { allowPrivate: true, timeoutMs, maxBytes: 64 * 1024, onOverflow: 'truncate', followRedirects: false },
      );
      if (RETRYABLE.has(status)) waiting = [...spans, ...waiting].slice(-KEPT);
      heard(status < 300 ? undefined : `it answered ${status}`);
    } catch (error) {
      waiting = [...spans, ...waiting].slice(-KEPT);
      heard(error instanceof Error ? error.message : String(error));
    }
  }

  function plan(): void {
    if (timer || sending || waiting.length === 0) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        sending = send(REQUEST_MS).finally(() => {
          sending = undefined;
          plan();
        });
      },
      isRefused ? RETRY_MS : waiting.length >= BATCH ? 0 : GATHER_MS,
    );
    timer.unref();
  }

  async function take(published: Extract<Published, { kind: 'call' | 'program' }>): Promise<void> {
    const { kind, id, entries } = published;
    // What began and ended in one batch brings its whole log along.
    const whole = entries[0]?.seq === 1 ? entries : await readLog(store, `${kind}:${id}`);
    waiting = [...waiting, ...spansOf(published, whole)].slice(-KEPT);
    plan();
  }

  return {
    follow(published) {
      if ((published.kind !== 'call' && published.kind !== 'program') || !isSettled(published.state) || published.entries.length === 0)
        return;
      reading = reading.then(() => take(published)).catch(error => log(`${published.id} is not traced: ${error}`));
    },

    async close() {
      await reading;
      clearTimeout(timer);
      timer = undefined;
      await sending;
      clearTimeout(timer);
      await send(LAST_MS);
    },
  };
}

const requestOf = (spans: readonly Span[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'executor' } },
            { key: 'service.version', value: { stringValue: VERSION } },
          ],
        },
        scopeSpans: [{ scope: { name: 'executor', version: VERSION }, spans }],
      },
    ],
  });
