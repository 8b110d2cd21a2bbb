import type { Worker } from 'node:worker_threads';
import { type Fault, FaultError } from '../../machines/schema/fault.ts';
import type { Candidate, SourceKind } from '../../machines/schema/source.ts';
import type { IndexInput, Probe } from '../kinds/kind.ts';
import type { Chunk, IndexSummary, Message, Order, Reply } from './protocol.ts';
import { giveBack, HEAP_MB, hire } from './spare.ts';

export type { Chunk, DefinitionRow, IndexSummary, ToolRow } from './protocol.ts';
export { expect as expectDocument } from './spare.ts';

/** Takes a chunk; the worker goes on when a few of them are still being taken care of, and waits when more are. */
export type Sink = (chunk: Chunk) => void | Promise<void>;

export interface Workings {
  readonly signal?: AbortSignal;
}

/** What the worker asks the main thread for. */
interface Helpers {
  readonly sink: Sink;
  readonly external?: ((url: string) => Promise<Uint8Array>) | undefined;
}

/**
 * Indexes a document in a worker thread. The bytes are handed over, not copied: the caller's view of them is empty afterwards (unless
 * they are part of a shared pool). What comes out goes to `sink` in ready-made strings.
 */
export async function indexInWorker(
  { external, ...input }: { readonly kind: SourceKind } & IndexInput,
  sink: Sink,
  workings: Workings = {},
): Promise<IndexSummary> {
  const message = await run({ type: 'index', external: external !== undefined, ...input }, { sink, external }, workings);
  if (message.type === 'indexed') return message.summary;
  throw unexpected(message);
}

/** Says in a worker thread which kinds a document may be of, surest first; throws `source_not_recognised` when of none. */
export async function identify(probe: Probe, workings: Workings = {}): Promise<readonly Candidate[]> {
  const message = await run({ type: 'identify', ...probe }, { sink: () => {} }, workings);
  if (message.type === 'identified') return message.candidates;
  throw unexpected(message);
}

const unexpected = (message: Message): Error => new Error(`the indexing worker answered with ${message.type}`);

/** Bytes whose buffer is all theirs: small Buffers share a pool, which must not be given away. */
const transferable = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);

async function run(order: Order, { sink, external }: Helpers, { signal }: Workings): Promise<Message> {
  signal?.throwIfAborted();
  const bytes = transferable(order.bytes);
  const size = bytes.byteLength;
  const worker = hire();
  let done = false;
  let abort = (): void => {};
  try {
    const message = await new Promise<Message>((resolve, reject) => {
      let taking = Promise.resolve();
      abort = () => reject(new FaultError('cancelled', 'Indexing was cancelled.'));
      signal?.addEventListener('abort', abort, { once: true });
      worker.on('message', (message: Message) => {
        if (message.type === 'wanted') return void fetchFor(worker, message.url, external);
        if (message.type !== 'chunk') {
          taking.then(() => resolve(message), reject);
          return;
        }
        taking = taking.then(() => sink(message.chunk)).then(() => worker.postMessage({ type: 'taken' } satisfies Reply));
        taking.catch(reject);
      });
      worker.on('error', error => reject(fromCrash(error)));
      worker.on('exit', code => reject(new FaultError('internal', `The indexing worker ended with code ${code}.`)));
      worker.postMessage({ ...order, bytes }, [bytes.buffer as ArrayBuffer]);
    });
    done = true;
    if (message.type === 'failed') throw fromFault(message.fault);
    return message;
  } finally {
    signal?.removeEventListener('abort', abort);
    // One that was left in the middle of something is not used again.
    await (done ? giveBack(worker, size) : worker.terminate());
  }
}

async function fetchFor(worker: Worker, url: string, external: Helpers['external']): Promise<void> {
  let reply: Reply;
  try {
    if (!external) throw new Error('other documents are not fetched here');
    reply = { type: 'fetched', url, bytes: await external(url) };
  } catch (error) {
    reply = { type: 'refused', url, message: error instanceof Error ? error.message : String(error) };
  }
  worker.postMessage(reply);
}

const fromFault = ({ code, message, details }: Fault): FaultError => new FaultError(code, message, details ? { details } : {});

function fromCrash(error: Error & { code?: string }): FaultError {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new FaultError('limit_exceeded', `The document needs more than ${HEAP_MB} MB to be indexed.`, { cause: error });
  }
  return new FaultError('internal', `Indexing failed: ${error.message}`, { cause: error });
}
