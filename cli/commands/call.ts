import { randomUUID } from 'node:crypto';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { inputOf, isAmbiguous, readCallWords } from '../call-input.ts';
import { type Context, text } from '../command.ts';
import { type Daemon, faultOf } from '../connect.ts';
import { approvalUrl, notePause, openInteractions } from '../executions.ts';
import { AnswerError, UnreachableError } from '../failure.ts';
import { guardInterrupt } from '../interrupt.ts';
import { type Envelope, envelopeOf, printEnvelope } from '../outcome.ts';
import { note } from '../print.ts';
import { type Progress, startProgress } from '../progress.ts';
import { executionPath, follow, resultOf } from '../settle.ts';
import { connectSteadily } from '../steady.ts';

/** `executor call <path…> [args]` */
export async function run(context: Context): Promise<number> {
  if (context.flags.help) return (await import('../browse.ts')).browse(context);
  const words = await readCallWords(context.words);
  if (words.path === 'executor.openapi.addSource') {
    const ended = await addAsOwner(inputOf(words), context);
    if (ended !== undefined) return ended;
  }
  const daemon = await connectSteadily(context.entry);
  const schema = words.pairs.some(isAmbiguous) ? await inputSchema(daemon, words.path) : undefined;
  const envelope = await invoke(daemon, words.path, inputOf(words, schema), context);
  return printEnvelope(envelope, { json: context.json, daemonUrl: daemon.url });
}

/** The owner who types this adds a source, as with `executor add`. For whoever is not the owner it is a call as any other: it asks. */
async function addAsOwner(input: Record<string, unknown>, context: Context): Promise<number | undefined> {
  const { addSource } = await import('../add-source.ts');
  try {
    return await addSource(input, context);
  } catch (error) {
    if (error instanceof AnswerError && error.fault.code === 'forbidden') return undefined;
    throw error;
  }
}

async function inputSchema(daemon: Daemon, path: string): Promise<unknown> {
  const { status, body } = await daemon.send({ path: `/api/tools/${encodeURIComponent(path)}` });
  return status === 200 ? (body as { inputSchema?: unknown }).inputSchema : undefined;
}

/**
 * The call, under an idempotency key also when nobody gave one: a daemon that dies and comes back in the middle must be asked again
 * without a second call being made. What takes over a second is followed by its id.
 */
async function invoke(daemon: Daemon, path: string, input: unknown, { flags }: Context): Promise<Envelope> {
  const connection = text(flags, 'connection');
  const query = new URLSearchParams({ wait: '1', ...(connection && { connection }) });
  const progress = startProgress(`${path} runs`);
  let announce: (id: string | undefined) => void = () => {};
  const known = new Promise<string | undefined>(resolve => {
    announce = resolve;
  });
  const interrupt = guardInterrupt(daemon, known, progress);
  try {
    const { status, body } = await daemon.send({
      method: 'POST',
      path: `/api/tools/invoke/${encodeURIComponent(path)}?${query}`,
      body: input,
      headers: { 'idempotency-key': text(flags, 'idempotency-key') ?? `cli-${randomUUID()}` },
      idleMs: 60_000,
    });
    const envelope = body as Envelope;
    if (status >= 400 || typeof envelope?.ok !== 'boolean') return { ok: false, ...(envelope as object), error: faultOf(status, body) };
    const id = envelope.error?.executionId;
    announce(id);
    const isUnsettled = id && (envelope.error?.code === 'execution_running' || (status === 202 && flags.wait));
    return isUnsettled ? await settle(daemon, id, { progress, patient: Boolean(flags.wait) }) : envelope;
  } finally {
    announce(undefined);
    progress.end();
    await interrupt.end();
  }
}

async function settle(daemon: Daemon, id: string, options: { progress: Progress; patient: boolean }): Promise<Envelope> {
  try {
    const onPause = (view: ExecutionView) => notePause(id, approvalUrl(daemon.url, id), openInteractions(view));
    const view = await follow(daemon, await daemon.ask({ path: executionPath(id) }), { ...options, onPause });
    return envelopeOf(view, await resultOf(daemon, view), daemon.url);
  } catch (error) {
    if (error instanceof UnreachableError) options.progress.aside(() => note(`${id} is kept: executor executions show ${id}`));
    throw error;
  }
}
