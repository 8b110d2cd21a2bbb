import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { KeptRequest, KeptSession, StreamLog } from '../../runtime/streams.ts';

/** A session of an earlier life of the daemon, as it was written down. */
export type Kept = NonNullable<Awaited<ReturnType<StreamLog['find']>>>;

const RESTARTED =
  'The executor daemon was restarted while this was under way. It may have run: executions are kept, `executor executions` lists them.';

/** What is to be remembered of a request. */
export function requestOf({ id, params }: JSONRPCRequest): KeptRequest {
  const progressToken = params?._meta?.progressToken;
  return { id, ...(progressToken !== undefined && { progressToken }) };
}

/** What the client said when it came, and what it asked for since and still holds, said again on its behalf: nobody hears the answers. */
export const beginningOf = ({ initialize, standing = [] }: KeptSession): JSONRPCMessage[] => [
  { jsonrpc: '2.0', id: 'executor-reviving', method: 'initialize', params: initialize as Record<string, unknown> },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  ...standing.map((held, n): JSONRPCRequest => ({ jsonrpc: '2.0', id: `executor-reviving-${n}`, ...held })),
];

/**
 * A request whose execution is known, as one for what became of that; its answer is the answer. Where a source is shown by itself there is no
 * `resume`: there it is known by the execution that goes with it.
 */
export function asksAgain({ id, executionId, progressToken }: KeptRequest): JSONRPCRequest | undefined {
  if (executionId === undefined) return undefined;
  const _meta = progressToken === undefined ? {} : { progressToken };
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'resume', arguments: { executionId }, _meta } };
}

/** The answer to a request of which nothing is known. */
export const lost = ({ id }: KeptRequest): JSONRPCMessage => ({ jsonrpc: '2.0', id, error: { code: -32603, message: RESTARTED } });
