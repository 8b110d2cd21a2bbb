import type { Answering, Companion, Form } from '../calling.ts';
import type { Reading } from '../kind.ts';
import { rpcErrorOf } from './faults.ts';
import type { Asked, Said } from './flight.ts';
import { readResult } from './read.ts';
import { visible, visibleSchema } from './visible.ts';

/** So many times a server may ask for more before it answers. */
const ROUNDS = 20;
/** "Go to this address first, then call again": an error of the older protocol. */
const URL_REQUIRED = -32042;

/**
 * What a call needs to be made again once everything it asked for is there: plain JSON, written to disk, so that it outlives the process.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
 */
export interface Rounds {
  readonly round: number;
  /** The server's own, opaque to us, given back to the letter. */
  readonly state?: string;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly open: readonly Open[];
}

/** What a person is still to be asked. Without a key the answer is not sent: that they agreed is all. */
interface Open {
  readonly key?: string;
  readonly asked: Asked;
}

interface Wanted {
  readonly inputRequests?: Readonly<Record<string, { readonly method: string; readonly params?: unknown }>>;
  readonly requestState?: string;
}

/** What is to be sent with the call made again. */
export const paramsOf = ({ answers, state }: Rounds): Record<string, unknown> => ({
  ...(Object.keys(answers).length > 0 && { inputResponses: answers }),
  ...(state !== undefined && { requestState: state }),
});

/** The form for the next open question. */
export const formOf = (asked: Asked, rounds?: Rounds): Form => ({
  message: visible(asked.message) || 'The server asks for something',
  ...(asked.schema !== undefined && { schema: visibleSchema(asked.schema) }),
  ...(asked.url !== undefined && { url: asked.url }),
  ...(rounds && { continuation: rounds }),
});

export const saidOf = ({ action, content }: Answering): Said => ({ action, ...(action === 'accept' && content && { content }) });

/** Takes an answer: what is asked next, or, when nothing is, what to call again with. */
export function advance(rounds: Rounds, answering: Answering): { reading: Reading } | { rounds: Rounds } {
  const [answered, ...open] = rounds.open;
  if (answered && answered.key === undefined && answering.action !== 'accept') {
    return { reading: failure('The person declined what the server wants to be done first') };
  }
  const answers = answered?.key === undefined ? rounds.answers : { ...rounds.answers, [answered.key]: saidOf(answering) };
  const next = { ...rounds, answers, open };
  return open[0] ? { reading: { form: formOf(open[0].asked, next) } } : { rounds: next };
}

/** What a result or an error says is wanted first; undefined when nothing is. What a client can answer is answered at once. */
export async function wantedBy(
  step: { readonly result: unknown } | { readonly error: unknown },
  before: Rounds | undefined,
  companion: Companion | undefined,
  signal: AbortSignal,
): Promise<{ reading: Reading } | { rounds: Rounds } | undefined> {
  const round = (before?.round ?? 0) + 1;
  const urls = 'error' in step ? urlsOf(step.error) : undefined;
  const wanted = 'result' in step ? inputRequired(step.result) : undefined;
  if (!urls && !wanted) return undefined;
  if (round > ROUNDS) return { reading: failure(`The server asked ${ROUNDS} times and did not answer`) };
  if (urls) return opened({ round, answers: {}, open: urls.map(asked => ({ asked })) });
  const requests = Object.entries(wanted!.inputRequests ?? {});
  const open = requests.flatMap(([key, { method, params }]) => (method === 'elicitation/create' ? [{ key, asked: askedOf(params) }] : []));
  const others = requests.filter(([, { method }]) => method !== 'elicitation/create');
  if (open.length > 0) companion?.asks?.(Object.fromEntries(open.map(({ key }) => [key, wanted!.inputRequests![key]!.params])));
  const answers: Record<string, unknown> = {};
  try {
    // At once, so that a client can be asked for all of it in one round.
    await Promise.all(
      others.map(async ([key, request]) => {
        answers[key] = await answerOf(request, companion, signal);
      }),
    );
  } catch (error) {
    if (signal.aborted) throw error;
    return { reading: failure(error instanceof Error ? error.message : String(error)) };
  }
  return opened({ round, answers, open, ...(wanted!.requestState !== undefined && { state: wanted!.requestState }) });
}

function answerOf(
  { method, params }: { method: string; params?: unknown },
  companion: Companion | undefined,
  signal: AbortSignal,
): unknown {
  if (method === 'roots/list') return companion?.roots?.(signal) ?? { roots: [] };
  if (method === 'sampling/createMessage' && companion?.sample) return companion.sample(params, signal);
  throw new Error(`The server asks for ${method}, and no client that can answer takes part in this call`);
}

const opened = (rounds: Rounds): { reading: Reading } | { rounds: Rounds } =>
  rounds.open[0] ? { reading: { form: formOf(rounds.open[0].asked, rounds) } } : { rounds };

function inputRequired(result: unknown): Wanted | undefined {
  const { resultType } = (result ?? {}) as { resultType?: unknown };
  return resultType === 'input_required' ? (result as Wanted) : undefined;
}

function urlsOf(error: unknown): Asked[] | undefined {
  const rpc = rpcErrorOf(error);
  if (rpc?.code !== URL_REQUIRED) return undefined;
  const { elicitations } = (rpc.data ?? {}) as { elicitations?: { message?: string; url?: string }[] };
  const asked = (Array.isArray(elicitations) ? elicitations : []).filter(({ url }) => typeof url === 'string');
  return asked.length > 0 ? asked.map(({ message = rpc.message, url }) => ({ message, url: url! })) : undefined;
}

/** The parameters of an elicitation, in either mode. */
export function askedOf(params: unknown): Asked {
  const { message = '', url, requestedSchema } = (params ?? {}) as { message?: string; url?: string; requestedSchema?: unknown };
  return typeof url === 'string' ? { message, url } : { message, schema: requestedSchema ?? { type: 'object' } };
}

const failure = (text: string): Reading => readResult({ isError: true, content: [{ type: 'text', text }] });
