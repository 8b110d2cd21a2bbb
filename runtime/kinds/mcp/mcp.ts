import { FaultError } from '../../../machines/schema/fault.ts';
import type { SourceContext } from '../../../machines/schema/source.ts';
import { readChallenge } from '../../auth/challenge.ts';
import { createRedactor } from '../../redact.ts';
import { canonical, sha256 } from '../../schema/hash.ts';
import { secretsInHeaders } from '../../secret-values.ts';
import type { Upstream } from '../../upstream.ts';
import type { Credential } from '../calling.ts';
import type { Endpoint, Kind, Obtained } from '../kind.ts';
import { createCalls } from './call.ts';
import type { Place } from './connect.ts';
import { mcpDescription } from './described.ts';
import { commandEndpoint, encodeDescription } from './description.ts';
import { candidateOf } from './detect.ts';
import { connectFault } from './faults.ts';
import { describeServer } from './list.ts';
import { createPassthrough, type Entry, type Passthrough } from './passthrough.ts';
import { createPool, type PoolLimits, type Seat } from './pool.ts';
import type { Heard, Session } from './session.ts';

/** MCP servers: every tool of theirs is a tool. Sessions are shared, and opened when they are first needed. */
export function createMcp(parts: {
  upstream: Upstream;
  limits?: Partial<PoolLimits> | undefined;
  /** How long a call may be silent, and describing itself may take, in milliseconds; minutes unless told. */
  patience?: { callMs?: number; descriptionMs?: number } | undefined;
  /** Told of what servers say besides their answers. */
  onHeard(namespace: string, heard: Heard): void;
}) {
  const { upstream, limits, patience = {}, onHeard } = parts;
  const listeners = new Map<string, Set<(heard: Heard) => void>>();
  const pool = createPool({
    upstream,
    limits,
    onHeard({ key, namespace }, heard) {
      const all = listeners.get(namespace) ?? [];
      const said = [...all].length > 0 ? createRedactor(latest.get(key)?.secrets).json(heard) : heard;
      for (const listener of all) listener(said);
      onHeard(namespace, heard);
    },
  });
  /** The newest headers of each seat: a token may be renewed while a session lasts. */
  const latest = new Map<string, Credential>();
  let probes = 0;

  function seatOf({ source, credential }: { source: SourceContext; credential: Credential }): Seat {
    const { namespace, origin, origins, allowPrivate } = source;
    if ('document' in origin) throw new FaultError('internal', `${namespace} has no address to call`);
    const key = keyOf(namespace, { origin, allowPrivate, credential: credential.id });
    latest.set(key, credential);
    return {
      key,
      namespace,
      place: () =>
        'command' in origin
          ? { command: { command: origin.command, args: origin.args, env: credential.env() ?? {}, ...(origin.cwd && { cwd: origin.cwd }) } }
          : { url: source.documentUrl ?? origin.url, reach: { allowPrivate, origins, headers: () => latest.get(key)?.headers() } },
    };
  }

  const calls = createCalls(pool, seatOf, patience.callMs);

  /** Describes what is at the other end of a seat. */
  async function describe(seat: Seat, endpoint: string, options: { signal: AbortSignal; timeoutMs: number }): Promise<Obtained> {
    const lease = await pool.lease(seat, options.signal, { atOnce: true });
    try {
      const description = await describeServer(lease.session.client, endpoint, options);
      return { candidate: candidateOf(description, endpoint), bytes: encodeDescription(description), url: endpoint };
    } catch (error) {
      if (error instanceof FaultError) throw error;
      throw undescribed(error, seat.place(), lease.session);
    } finally {
      lease.release();
    }
  }

  async function obtain({
    namespace = `?${++probes}`,
    url,
    headers,
    credential = sha256(canonical(headers ?? {})),
    secrets = secretsInHeaders(headers),
    allowPrivate,
    timeoutMs,
    signal,
  }: Endpoint): Promise<Obtained | undefined> {
    const { origin } = new URL(url);
    const key = keyOf(namespace, { origin: { url }, allowPrivate, credential });
    latest.set(key, { id: credential, headers: () => headers, env: () => undefined, secrets });
    const place = () => ({ url, reach: { allowPrivate, origins: [origin], headers: () => latest.get(key)?.headers() } });
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await describe({ key, namespace, place }, url, { signal: deadline, timeoutMs });
    } catch (error) {
      if (deadline.aborted && !signal.aborted) throw tooLate(url, error);
      return wantsLogin(error, url) ?? notMcp(error);
    } finally {
      if (namespace.startsWith('?')) void drop(namespace);
    }
  }

  /** The source was changed or removed: its sessions end. */
  async function drop(namespace: string): Promise<void> {
    const last = [...latest].filter(([key]) => key.startsWith(`${namespace}\n`));
    await pool.drop(namespace);
    // Until then they say goodbye with it.
    for (const [key, credential] of last) if (latest.get(key) === credential) latest.delete(key);
  }

  const kind: Kind = { ...mcpDescription, obtain, call: calls.call, forget: calls.forget };

  return {
    kind,
    pool,

    drop,

    /** Starts a command and has it describe itself. */
    obtainCommand(source: SourceContext, credential: Credential, signal: AbortSignal): Promise<Obtained> {
      const { origin } = source;
      if (!('command' in origin)) throw new FaultError('internal', `${source.namespace} is no command`);
      return describe(seatOf({ source, credential }), commandEndpoint(origin.command, origin.args), {
        signal,
        timeoutMs: patience.descriptionMs ?? DESCRIBE_MS,
      });
    },

    /** @throws FaultError source_not_found unless it is an MCP server */
    passthrough({ kind, namespace }: SourceContext, enter: () => Promise<Entry & { source: SourceContext }>): Passthrough {
      if (kind !== 'mcp') throw new FaultError('source_not_found', `${namespace} is no MCP server: it can be used through its tools only`);
      const known = listeners.get(namespace) ?? new Set();
      listeners.set(namespace, known);
      const open = async () => {
        const { source, ...entry } = await enter();
        return { ...entry, lease: (signal?: AbortSignal) => pool.lease(seatOf({ source, credential: entry.credential }), signal) };
      };
      return createPassthrough(open, known);
    },
  };
}
export type Mcp = ReturnType<typeof createMcp>;

/** A command may take this long to list its tools, in milliseconds. */
const DESCRIBE_MS = 120_000;

const keyOf = (namespace: string, what: unknown): string => `${namespace}\n${sha256(canonical(what))}`;

/** A server that wants to know who asks: by its challenge it is most likely one of ours. */
function wantsLogin(error: unknown, url: string): Obtained | undefined {
  const { details } = error as { details?: { status?: unknown; challenge?: unknown } };
  if (details?.status !== 401) return undefined;
  const challenge = typeof details.challenge === 'string' ? details.challenge : '';
  const schemes = [...challenge.matchAll(/(?:^|,\s*)([A-Za-z][\w-]*)(?=\s+[\w-]+=|\s*$|\s*,)/g)].map(([, scheme]) => scheme!.toLowerCase());
  const isSure = /resource_metadata=/i.test(challenge);
  const { name, namespace } = candidateOf({ server: { name: new URL(url).hostname }, endpoint: url }, url);
  const { resourceMetadata, scopes } = readChallenge(challenge) ?? {};
  const auth = { required: true, schemes, ...(resourceMetadata && { resourceMetadata }), ...(scopes && { scopes }) };
  return { candidate: { kind: 'mcp', confidence: isSure ? 0.8 : 0.3, name, namespace, auth }, url };
}

/** It opened a session and then did not list its tools. */
function undescribed(error: unknown, place: Place, { connection: { child } }: Session): FaultError {
  return connectFault([error], place, { instead: 'listing its tools', ...(child && { child }) });
}

const tooLate = (url: string, cause: unknown): FaultError => {
  const { origin, pathname } = new URL(url);
  return new FaultError('upstream_timeout', `${origin}${pathname} did not describe itself in time`, { details: { sent: false }, cause });
};

/** What answers is something else, or nothing does: the latter is worth saying. */
function notMcp(error: unknown): undefined {
  if (!(error instanceof FaultError)) throw error;
  if (error.code === 'upstream_http_error') {
    throw new FaultError('source_not_recognised', error.message, { cause: error, ...(error.details && { details: error.details }) });
  }
  throw error;
}
