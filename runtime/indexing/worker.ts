import { parentPort } from 'node:worker_threads';
import { toFault } from '../../machines/schema/fault.ts';
import { chunksOf } from './chunks.ts';
import { identifyDocument } from './identify.ts';
import { documentKind } from './kinds.ts';
import type { Chunk, IndexSummary, Message, Order, Reply } from './protocol.ts';

/**
 * The entry of the indexing worker: one order after the other. Parsing, indexing and turning into strings all happen here; who ordered
 * ends the thread, and its heap with it.
 */

const AHEAD = 4;
const port = parentPort!;
const post = (message: Message): void => port.postMessage(message);

let outstanding = 0;
let wake: (() => void) | undefined;
const wanted = new Map<string, { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void }>();

port.on('message', (reply: Order | Reply) => {
  if (reply.type === 'index' || reply.type === 'identify') void obey(reply);
  else if (reply.type === 'taken') {
    outstanding--;
    wake?.();
  } else if (reply.type === 'fetched') wanted.get(reply.url)?.resolve(reply.bytes);
  else wanted.get(reply.url)?.reject(new Error(reply.message));
});

/** Asks the main thread for another document: nothing leaves from here. */
const external = (url: string): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    wanted.set(url, { resolve, reject });
    post({ type: 'wanted', url });
  });

async function send(chunk: Chunk): Promise<void> {
  while (outstanding >= AHEAD) {
    await new Promise<void>(resolve => {
      wake = resolve;
    });
  }
  outstanding++;
  post({ type: 'chunk', chunk });
}

async function index(order: Extract<Order, { type: 'index' }>): Promise<IndexSummary> {
  const { type: _, kind, external: mayFetch, ...input } = order;
  const indexed = await documentKind(kind).index({ ...input, ...(mayFetch && { external }) });
  for (const chunk of chunksOf(indexed)) await send(chunk);
  const { name, baseUrl, origins, warnings, report, tools, definitions, auth } = indexed;
  return {
    name,
    ...(baseUrl !== undefined && { baseUrl }),
    origins,
    warnings,
    report,
    ...(auth && { auth }),
    toolCount: tools.length,
    definitionCount: definitions.size,
  };
}

async function obey(order: Order): Promise<void> {
  outstanding = 0;
  wanted.clear();
  try {
    if (order.type === 'identify') post({ type: 'identified', candidates: identifyDocument(order) });
    else post({ type: 'indexed', summary: await index(order) });
  } catch (error) {
    post({ type: 'failed', fault: toFault(error) });
  }
}
