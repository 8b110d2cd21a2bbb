import type { IncomingHttpHeaders } from 'node:http';
import { type BodyEnd, type BodyLimit, type BodySink, createBodySink, isDecodable } from './body.ts';
import { type Hop, isRedirect } from './redirect.ts';

/** One answer of one server, its headers in lower case. A redirect that is to be followed has no body. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

export interface AnswerOptions extends BodyLimit {
  /** Whether redirects are followed, so that their bodies are of no interest. */
  readonly follow: boolean;
}

/** What becomes of an answer; `isWhole` is false when the rest of its body is not wanted. */
export interface AnswerEnd extends Omit<BodyEnd, 'complete'> {
  complete(answer: Answer, isWhole: boolean): void;
}

/** So much of a redirect's body is read to keep the connection; a longer one costs the connection instead. */
const REDIRECT_BODY_BYTES = 64 * 1024;

/** Decides by the head of an answer where its body goes. */
export function openAnswer(hop: Hop, status: number, raw: IncomingHttpHeaders, options: AnswerOptions, end: AnswerEnd): BodySink {
  const headers = flatHeaders(raw);
  if (options.follow && isRedirect(status, headers.location)) {
    return skipBody(isWhole => end.complete({ status, headers, body: new Uint8Array(), truncated: false }, isWhole));
  }
  const hasBody = hop.method !== 'HEAD'; // what its headers say of a body is said of the GET it stands for
  const encoding = headers['content-encoding'];
  const isEncoded = hasBody && isDecodable(encoding);
  if (hasBody && !isEncoded && options.onOverflow === 'fail' && Number(headers['content-length']) > options.maxBytes) {
    end.overflow();
    return skipBody(() => {});
  }
  if (isEncoded) {
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  return createBodySink(isEncoded ? encoding : undefined, options, {
    ...end,
    complete: (body, truncated) => end.complete({ status, headers, body, truncated }, !truncated),
  });
}

function skipBody(done: (isWhole: boolean) => void): BodySink {
  let bytes = 0;
  return {
    write(chunk) {
      bytes += chunk.length;
      if (bytes > REDIRECT_BODY_BYTES) done(false);
      return true;
    },
    end: () => done(true),
    discard: () => {},
  };
}

/** Repeated fields as one line (RFC 9110, section 5.3). */
function flatHeaders(raw: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
