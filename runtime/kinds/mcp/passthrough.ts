import type { StandardSchemaV1 } from '@modelcontextprotocol/client';
import { FaultError } from '../../../machines/schema/fault.ts';
import { createRedactor, withoutSecrets } from '../../redact.ts';
import type { Credential } from '../calling.ts';
import { ownFault, rpcErrorOf, statusOf } from './faults.ts';
import type { Refusal } from './fetch.ts';
import type { Lease } from './pool.ts';
import type { Heard, Session } from './session.ts';

/**
 * A source as it is, for a surface that shows it whole (`/mcp/<namespace>`): everything of MCP but tools, which go through calls so that
 * policies, approvals and the history hold. Sampling, roots, progress and logging of a call belong to the call: give `executions.invoke`
 * a `companion`. Elicitation pauses the call like any other form.
 *
 *     const source = runtime.passthrough('files');      // throws source_not_found; opens nothing yet
 *     await source.about();                              // capabilities, instructions, server, protocol
 *     await source.request('resources/read', { uri });   // the server's own answer, or ProtocolError with its code
 *     const stop = source.listen(({ method, params }) => …);   // list_changed, resources/updated, message
 *
 * Requests share the session of the source's calls; it is opened by the first of them, and kept while somebody listens.
 */
export interface Passthrough {
  about(): Promise<{
    capabilities: Readonly<Record<string, unknown>>;
    instructions?: string;
    server: { name: string; version?: string; title?: string };
    protocol: string;
  }>;
  /**
   * Sends one of the requests below and gives the result as it came, also one that says what is required first (`input_required`).
   * @throws ProtocolError with the server's own `code`, `message` and `data`; FaultError when it could not be asked
   */
  request(method: PassthroughMethod, params?: Readonly<Record<string, unknown>>, options?: { signal?: AbortSignal }): Promise<unknown>;
  /** Asks for its tools, which every server has an answer to: whether it lets us in. */
  check(options?: { signal?: AbortSignal }): Promise<void>;
  /** Hears what the server says besides answers. Returns the way to stop. */
  listen(listener: (heard: Heard) => void): () => void;
}

export const PASSED_THROUGH = [
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'ping',
] as const;
export type PassthroughMethod = (typeof PASSED_THROUGH)[number];

/** An error of the server itself, to be handed on as it is. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const ANYTHING: StandardSchemaV1<unknown, unknown> = { '~standard': { version: 1, vendor: 'executor', validate: value => ({ value }) } };
const REQUEST_MS = 120_000;

/** As whom a source is used as it is. */
export interface Entry {
  readonly credential: Credential;
  /**
   * Told that the server does not take it.
   * @param tried whether this is the second time
   * @returns whether to try again with the new one
   * @throws FaultError login_required when a person has to log in first
   */
  refused(response: Refusal, tried: boolean): Promise<boolean>;
}

export function createPassthrough(
  open: () => Promise<Entry & { lease(signal?: AbortSignal): Promise<Lease> }>,
  listeners: Set<(heard: Heard) => void>,
): Passthrough {
  /** What the server says back of the credential is shown to nobody. */
  async function use<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let tried = false; ; tried = true) {
      const { credential, lease, refused } = await open();
      const redactor = createRedactor(credential.secrets);
      let taken: Lease | undefined;
      try {
        taken = await lease(signal);
        return redactor.json(await work(taken.session));
      } catch (error) {
        const refusal = refusalOf(error, taken);
        if (refusal && (await refused(refusal, tried))) continue;
        const rpc = rpcErrorOf(error);
        if (rpc) throw new ProtocolError(rpc.code, redactor.text(rpc.message), redactor.json(rpc.data));
        const cause = error instanceof Error ? error.message : String(error);
        const fault =
          ownFault(error) ?? new FaultError('upstream_unreachable', `The MCP server did not answer: ${cause}`, { cause: error });
        throw withoutSecrets(fault, credential.secrets);
      } finally {
        taken?.release();
      }
    }
  }

  return {
    about: () =>
      use(async ({ client }) => {
        const { name = '', version, title } = client.getServerVersion() ?? {};
        const instructions = client.getInstructions();
        return {
          capabilities: (client.getServerCapabilities() ?? {}) as Record<string, unknown>,
          ...(instructions !== undefined && { instructions }),
          server: { name, ...(version !== undefined && { version }), ...(title !== undefined && { title }) },
          protocol: client.getNegotiatedProtocolVersion() ?? '',
        };
      }),

    async request(method, params = {}, { signal } = {}) {
      if (!PASSED_THROUGH.includes(method)) throw new ProtocolError(-32601, `${method} is not passed through`, undefined);
      const options = { timeout: REQUEST_MS, allowInputRequired: true, ...(signal && { signal }) };
      return use(session => {
        const changed = watched(session, method, params);
        return changed ? changed.then(() => ({})) : session.client.request({ method, params }, ANYTHING, options);
      }, signal);
    },

    async check({ signal } = {}) {
      const options = { timeout: REQUEST_MS, ...(signal && { signal }) };
      await use(({ client }) => client.request({ method: 'tools/list', params: {} }, ANYTHING, options), signal);
    },

    listen(listener) {
      listeners.add(listener);
      // The session stays open for as long as somebody hears what it says.
      const stop = new AbortController();
      const held = open()
        .then(({ lease }) => lease(stop.signal))
        .catch(() => undefined);
      return () => {
        listeners.delete(listener);
        stop.abort();
        void held.then(kept => kept?.release());
      };
    },
  };
}

/** A subscription to a resource, where that is no request any more but a stream. */
function watched({ connection, watch }: Session, method: PassthroughMethod, { uri }: Readonly<Record<string, unknown>>) {
  if (connection.verdict.era !== 'modern' || typeof uri !== 'string') return undefined;
  if (method === 'resources/subscribe') return watch.add(uri);
  return method === 'resources/unsubscribe' ? watch.remove(uri) : undefined;
}

/** The answer that refused the credential, where that is what went wrong. */
function refusalOf(error: unknown, taken: Lease | undefined): Refusal | undefined {
  const { status = statusOf(error), challenge } = (ownFault(error)?.details ?? {}) as { status?: number; challenge?: string };
  if (status !== 401 && status !== 403) return undefined;
  const known = taken?.session.refusal;
  return known?.status === status ? known : { status, headers: challenge ? { 'www-authenticate': challenge } : {} };
}
