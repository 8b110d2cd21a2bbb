import { type CallToolResult, ProtocolError } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import type { Fault } from '../../../machines/schema/fault.ts';
import { answerOf, SAME_CALL } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { isPreview, readable } from '../preview.ts';

type Answering = Pick<Asking, 'runtime' | 'principal' | 'baseUrl'>;

/** The `_meta` key that names the execution a result is of. */
const EXECUTION_META_KEY = 'executor/executionId';

/** An execution as a client of an MCP source sees it: what the server answered, to the letter; all else as `call` says it. */
export async function mcpAnswer(view: ExecutionView, asking: Answering): Promise<CallToolResult> {
  const { error } = view;
  if (view.state === 'done' && !error) return marked((await whole(view, asking)) as CallToolResult, view);
  if (error?.code === 'mcp_tool_error') return marked(await failureOf(view, error, asking), view);
  return answerOf(view, asking.baseUrl, SAME_CALL);
}

/** An execution of any other source: its data as structured content, as `call` gives it. */
export const plainAnswer = async (view: ExecutionView, asking: Asking): Promise<CallToolResult> =>
  answerOf(await readable(view, asking), asking.baseUrl, SAME_CALL);

async function whole(view: ExecutionView, { runtime, principal }: Answering): Promise<unknown> {
  if (!isPreview(view.result)) return view.result ?? { content: [] };
  return JSON.parse(Buffer.from(await runtime.executions.result(view.id, principal)).toString('utf8'));
}

/** @throws ProtocolError when the server itself answered with one */
async function failureOf(view: ExecutionView, { message, details }: Fault, asking: Answering): Promise<CallToolResult> {
  const { content, structuredContent, truncated, rpc } = (details ?? {}) as Partial<CallToolResult> & { truncated?: boolean; rpc?: Rpc };
  if (rpc) throw new ProtocolError(rpc.code, rpc.message, rpc.data);
  if (truncated) return { ...((await whole(view, asking)) as CallToolResult), isError: true };
  return {
    isError: true,
    content: content ?? [{ type: 'text', text: message }],
    ...(structuredContent !== undefined && { structuredContent }),
  };
}

interface Rpc {
  code: number;
  message: string;
  data?: unknown;
}

const marked = (result: CallToolResult, { id }: ExecutionView): CallToolResult => ({
  ...result,
  _meta: { ...result._meta, [EXECUTION_META_KEY]: id },
});
