import type { Progress } from '@modelcontextprotocol/client';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Tool } from '../../../machines/schema/tool.ts';
import type { Circumstances, Companion } from '../calling.ts';
import type { Reading } from '../kind.ts';
import { ANYTHING } from './anything.ts';
import { bodyOf, ownFault, statusOf } from './faults.ts';
import { Flight } from './flight.ts';
import type { Lease, Pool, Seat } from './pool.ts';
import { readFailure, readResult } from './read.ts';
import { advance, formOf, paramsOf, type Rounds, saidOf, wantedBy } from './rounds.ts';
import type { Session } from './session.ts';
import { isTaskOnly, resultOfTask } from './task.ts';
import type { McpBinding } from './tools.ts';

/** The longest time-out there is: silence is watched by the flight, which knows when a person is thinking. */
const FOREVER = 2 ** 31 - 1;

interface Held {
  readonly flight: Flight;
  readonly lease: Lease;
}

interface Made {
  readonly binding: McpBinding;
  readonly input: Readonly<Record<string, unknown>>;
  readonly circumstances: Circumstances;
}

/**
 * Calls tools. A call in which the server asks a person something ends with the form; how it goes on depends on the protocol:
 * - from 2026-07-28 on, the same call is made again with the answers, on any session, also by another process;
 * - before, the call is held open in its session until the answer is there. If the session is lost meanwhile, so is the call.
 *
 * @param silenceMs a call in which nothing is heard for so long is given up; ten minutes unless told
 */
export function createCalls(pool: Pool, seatOf: (circumstances: Circumstances) => Seat, silenceMs?: number) {
  const held = new Map<string, Held>();

  async function call(tool: Tool, input: Readonly<Record<string, unknown>>, circumstances: Circumstances): Promise<Reading> {
    const { id, answering } = circumstances;
    const made = { binding: tool.binding as unknown as McpBinding, input, circumstances };
    if (!answering) return begin(made, undefined);
    if (answering.continuation) {
      const next = advance(answering.continuation as Rounds, answering);
      return 'reading' in next ? next.reading : begin(made, next.rounds);
    }
    const kept = held.get(id);
    if (!kept) {
      throw new FaultError('upstream_unreachable', 'The session in which the server asked was lost before the answer could be delivered', {
        details: { sent: true, reason: 'session_lost' },
      });
    }
    kept.flight.onMoved = undefined;
    if (!kept.flight.settled) kept.flight.answer(saidOf(answering));
    const outcome = await follow(kept, circumstances, undefined);
    return 'reading' in outcome ? outcome.reading : begin(made, outcome.rounds);
  }

  /** Makes a call, and makes it again as often as the server wants more of us and not of a person. */
  async function begin(made: Made, first: Rounds | undefined): Promise<Reading> {
    for (let rounds = first; ; ) {
      const outcome = await attempt(made, rounds);
      if ('reading' in outcome) return outcome.reading;
      rounds = outcome.rounds;
    }
  }

  /** A session that the other side has forgotten is opened anew, once: it refused the call, so nothing was done. */
  async function attempt({ binding, input, circumstances }: Made, rounds: Rounds | undefined) {
    const seat = seatOf(circumstances);
    for (let first = true; ; first = false) {
      const lease = await pool.lease(seat, circumstances.signal);
      const { session } = lease;
      const flight = new Flight(circumstances, silenceMs);
      session.flights.add(flight);
      flight.run(() => request(session, flight, binding, { arguments: input, ...(rounds && paramsOf(rounds)) }));
      try {
        return await follow({ flight, lease }, circumstances, rounds, first);
      } catch (error) {
        if (error !== FORGOTTEN) throw error;
        pool.discard(seat, session);
      }
    }
  }

  /** Waits for what comes next of a call; when that is a question for a person, holds the call. */
  async function follow(
    kept: Held,
    { id, signal, companion, onMoved }: Circumstances,
    rounds: Rounds | undefined,
    mayForget = false,
  ): Promise<{ reading: Reading } | { rounds: Rounds }> {
    const { flight, lease } = kept;
    let end: { result: unknown } | { error: unknown };
    try {
      const step = await flight.next(signal);
      if ('asked' in step) {
        held.set(id, kept);
        lease.pause();
        flight.onMoved = () => onMoved?.();
        return { reading: { form: formOf(step.asked) } };
      }
      end = step;
    } catch (error) {
      end = { error };
    }
    finish(id, kept);
    if ('error' in end && mayForget && isForgotten(end.error, lease.session)) throw FORGOTTEN;
    const wanted = await wantedBy(end, rounds, companion, signal);
    if (wanted) return wanted;
    if ('result' in end) return { reading: readResult(end.result) };
    const failure = readFailure(end.error, lease.session.refusal);
    if (failure) return { reading: failure };
    throw ownFault(end.error) ?? unanswered(end.error);
  }

  function finish(id: string, { flight, lease }: Held): void {
    if (held.get(id)?.flight === flight) held.delete(id);
    lease.session.flights.delete(flight);
    lease.release();
  }

  return {
    call,

    /** The execution has ended: a call that is still held for it is given up. */
    forget(id: string): void {
      const kept = held.get(id);
      if (!kept) return;
      kept.flight.onMoved = undefined;
      kept.flight.cancel(new FaultError('cancelled', 'The call was cancelled', { details: { sent: true } }));
      finish(id, kept);
    },
  };
}

const FORGOTTEN = new Error('the server no longer knows the session');

/**
 * The server does not know the session: by the book that is a 404, but many say 400. Either way it refused the message.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
 */
function isForgotten(error: unknown, { connection }: Session): boolean {
  if (connection.verdict.way !== 'http' || connection.verdict.era !== 'legacy') return false;
  const status = statusOf(error);
  return status === 404 || (status === 400 && /session|initiali[sz]ed/i.test(bodyOf(error) ?? ''));
}

/** Whether it has been carried out nobody knows. */
const unanswered = (cause: unknown): FaultError =>
  new FaultError('upstream_unreachable', `The MCP server did not answer: ${cause instanceof Error ? cause.message : String(cause)}`, {
    details: { sent: true },
    cause,
  });

async function request({ client }: Session, flight: Flight, binding: McpBinding, rest: Record<string, unknown>): Promise<unknown> {
  const { name, mirrored } = binding;
  const options = {
    signal: flight.signal,
    timeout: FOREVER,
    allowInputRequired: true,
    onprogress: ({ progress, total, message }: Progress) => {
      flight.touch();
      flight.companion?.progress?.({ progress, ...(total !== undefined && { total }), ...(message !== undefined && { message }) });
    },
  };
  const { companion, traceparent } = flight;
  const meta = { ...(client.getProtocolEra() === 'modern' && metaOf(companion)), ...(traceparent !== undefined && { traceparent }) };
  const params = { name, ...rest, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
  // The SDK puts what the schema says into headers, too; it needs the definition for that, without the part it would judge the answer by.
  if (mirrored && client.getProtocolEra() === 'modern') {
    return client.callTool(params as never, { ...options, toolDefinition: { name, inputSchema: mirrored as never } });
  }
  if (isTaskOnly(binding) && client.getProtocolEra() === 'legacy') return resultOfTask(client, params, flight, options);
  return client.request({ method: 'tools/call', params }, ANYTHING, options);
}

/** What can be answered differs from call to call: a person always can be asked, a model only where a client takes part that has one. */
const metaOf = (companion: Companion | undefined) => ({
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {}, url: {} },
    roots: {},
    ...(companion?.sample && { sampling: {} }),
  },
  ...(companion?.logLevel !== undefined && { 'io.modelcontextprotocol/logLevel': companion.logLevel }),
});
