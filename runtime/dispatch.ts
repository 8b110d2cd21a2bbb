import { FaultError } from '../machines/schema/fault.ts';
import type { SourceContext, SourceKind } from '../machines/schema/source.ts';
import type { JsonSchema, Tool } from '../machines/schema/tool.ts';
import { type Companions, createCompanions, discreet } from './companions.ts';
import { type Credentials, type Held, type Rejection, type Standing, sessionCredential } from './credentials.ts';
import { createGates, type Outage } from './gates.ts';
import type { Answering } from './kinds/calling.ts';
import type { Kind, Reading, UpstreamRequest } from './kinds/kind.ts';
import { covers } from './policy.ts';
import { createRedactor, withoutSecrets } from './redact.ts';
import { originOf } from './target.ts';
import type { Upstream } from './upstream.ts';

/** The last hop: a tool and its input become a request, credentials join it, the answer is read. */
export interface Dispatch {
  /** @throws FaultError invalid_arguments for what no schema can say */
  request(tool: Tool, input: Readonly<Record<string, unknown>>, key?: string): UpstreamRequest;
  /** What a request depends on besides tool and input: the same object means the same request. */
  target(tool: Tool): unknown;
  /** Whether a source is left alone at the moment, because it could not be reached several times in a row. */
  outage(namespace: string): Outage | undefined;
  /** A source is gone, and what was met of it no longer counts. */
  drop(namespace: string): void;
  /** Whether a write may be sent again: its operation takes an idempotency key, or the owner said that it may. */
  mayRepeat(tool: Tool): boolean;
  /**
   * With which of the source's connections a call is made, and what it has to wait for first.
   * @throws FaultError invalid_arguments for a connection there is not
   */
  standing(tool: Tool, connection?: string): Standing;
  /**
   * Sends it with its credential; one that is refused is renewed and the request sent once more, where that can help.
   * @throws FaultError whose `details.sent` says whether the request may have been carried out
   */
  send(tool: Tool, request: UpstreamRequest, sending: Sending): Promise<Reading>;
  /** The execution has ended: what was held for it can go. */
  forget(id: string): void;
}

/** What a request is sent under. */
export interface Sending {
  /** The execution's id. */
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: string;
  readonly signal: AbortSignal;
  readonly connection?: string | undefined;
  readonly answering?: Answering | undefined;
  /** The trace the upstream is told of, as W3C's `traceparent`. */
  readonly traceparent?: string | undefined;
}

/** A call may take this long, and its answer may be this large, before it is cut. */
const TIMEOUT_MS = 120_000;
const MAX_BYTES = 32 * 1024 * 1024;

export function createDispatch(parts: {
  kinds: Partial<Record<SourceKind, Kind>>;
  upstream: Upstream;
  source: (namespace: string) => SourceContext;
  credentials: Credentials;
  /** A row of the definition table that a tool refers to. */
  definition?: (tool: Tool, name: string) => JsonSchema | undefined;
  /** A call may take this long, in milliseconds; two minutes unless told. */
  timeoutMs?: number;
  companions?: Companions;
  /** Told of a call that waits for an answer and has gone on without it. */
  onMoved?: (id: string) => void;
}): Dispatch {
  const { kinds, upstream, source, credentials, definition, companions = createCompanions(), onMoved = () => {} } = parts;
  const { timeoutMs = TIMEOUT_MS } = parts;
  const gates = createGates();
  const kindOf = ({ kind, namespace }: SourceContext): Kind => {
    const found = kind && kinds[kind];
    if (!found) throw new FaultError('internal', `the source ${namespace} is of a kind this build does not know: ${kind}`);
    return found;
  };

  return {
    request(tool, input, key) {
      const context = source(tool.source);
      const kind = kindOf(context);
      const argument = key === undefined ? undefined : kind.idempotencyArgument?.(tool);
      const given = argument !== undefined && input[argument] === undefined ? { ...input, [argument]: key } : input;
      const request = kind.request(tool, given, {
        ...(context.baseUrl && { baseUrl: context.baseUrl }),
        ...(definition && { definition: (name: string) => definition(tool, name) }),
      });
      const origin = originOf(request.url);
      if (!context.origins.includes(origin)) {
        throw new FaultError(
          'egress_refused',
          `${tool.path} goes to ${origin}, which nobody agreed to when ${tool.source} was added; add the source again to allow it`,
          {
            details: { origin, sent: false },
          },
        );
      }
      return request;
    },

    outage: gates.outage,

    drop: gates.forget,

    target: tool => source(tool.source),

    mayRepeat(tool) {
      const context = source(tool.source);
      return (
        kindOf(context).idempotencyArgument?.(tool) !== undefined || (context.idempotent ?? []).some(pattern => covers(pattern, tool.path))
      );
    },

    standing: (tool, connection) => credentials.standing(source(tool.source), tool.auth, connection),

    async send(tool, request, sending) {
      const context = source(tool.source);
      return gates.through(tool.source, { isRead: tool.effect === 'read', signal: sending.signal }, () =>
        sendTo(context, tool, request, sending),
      );
    },

    forget(id) {
      companions.drop(id);
      for (const kind of Object.values(kinds)) kind.forget?.(id);
    },
  };

  /** A credential that is refused is renewed and used once more, where that can help. */
  async function sendTo(context: SourceContext, tool: Tool, request: UpstreamRequest, sending: Sending): Promise<Reading> {
    const kind = kindOf(context);
    const { connection: wanted } = sending;
    for (let tried = false; ; tried = true) {
      const credential = await credentials.of(context, wanted, tool.auth);
      const refused = (response: Refusing) => credentials.rejected(context, credential, response, { auth: tool.auth, wanted, tried });
      const outcome = kind.call
        ? await callIn(context, kind.call, tool, sending, credential, refused)
        : await exchange(context, kind, tool, request, sending, credential, refused);
      if (outcome !== 'again') return outcome;
    }
  }

  async function exchange(
    ...[context, kind, tool, request, { signal, traceparent }, credential, refused]: Exchange
  ): Promise<Reading | 'again'> {
    const { headers, query, cookies, secrets } = credential;
    const response = await upstream.send(traceparent === undefined ? request : traced(request, traceparent), {
      allowPrivate: context.allowPrivate,
      credentials: { origins: context.origins, headers, query, cookies },
      timeoutMs,
      maxBytes: MAX_BYTES,
      onOverflow: 'truncate',
      signal,
    });
    const rejection = await refused(response);
    if (rejection) return rejection === 'again' ? rejection : { login: rejection };
    const reading = kind.read(tool, response);
    return secrets.length > 0 ? redacted(reading, secrets) : reading;
  }

  async function callIn(
    context: SourceContext,
    call: NonNullable<Kind['call']>,
    tool: Tool,
    { id, input, ...sending }: Sending,
    held: Held,
    refused: (response: Refusing) => Promise<Rejection>,
  ): Promise<Reading | 'again'> {
    const credential = sessionCredential(held);
    const { secrets } = held;
    const companion = discreet(companions.of(id), secrets);
    const circumstances = { ...sending, id, source: context, credential, companion, onMoved: () => onMoved(id) };
    try {
      const reading = await call(tool, input, circumstances);
      const rejection = reading.http && (await refused(reading.http));
      if (rejection) return rejection === 'again' ? rejection : { login: rejection };
      return secrets.length > 0 ? redacted(reading, secrets) : reading;
    } catch (error) {
      const refusal = refusalIn(error);
      const rejection = refusal && (await refused(refusal));
      if (rejection) return rejection === 'again' ? rejection : { login: rejection };
      throw withoutSecrets(error, secrets);
    }
  }
}

interface Refusing {
  status: number;
  headers: Readonly<Record<string, string>>;
}

type Exchange = [
  context: SourceContext,
  kind: Kind,
  tool: Tool,
  request: UpstreamRequest,
  sending: Sending,
  credential: Held,
  refused: (response: Refusing) => Promise<Rejection>,
];

/** A tool that takes the header as an argument is given what its caller said. */
const traced = (request: UpstreamRequest, traceparent: string): UpstreamRequest => ({
  ...request,
  headers: { traceparent, ...request.headers },
});

/** No session came about, because the server does not let us in: nothing was called. */
function refusalIn(error: unknown): Refusing | undefined {
  if (!(error instanceof FaultError) || error.details?.sent !== false) return undefined;
  const { status, challenge } = error.details as { status?: unknown; challenge?: unknown };
  if (typeof status !== 'number') return undefined;
  return { status, headers: typeof challenge === 'string' ? { 'www-authenticate': challenge } : {} };
}

/** An upstream may say back what it was sent: whatever it answers is stored and shown without the credentials. */
function redacted({ data, error, http, form }: Reading, secrets: readonly string[]): Reading {
  const redactor = createRedactor(secrets);
  return {
    ...(form && { form: redactor.json(form) }),
    ...(data !== undefined && { data: redactor.json(data) }),
    ...(error && { error: redactor.fault(error) }),
    ...(http && { http: { ...http, headers: redactor.json(http.headers) } }),
  };
}
