import type { Fault } from '../../../machines/schema/fault.ts';
import type { Reading } from '../kind.ts';
import { bodyOf, isUnreadable, rpcErrorOf, statusOf } from './faults.ts';
import type { Refusal } from './fetch.ts';
import { visible } from './visible.ts';

/** A failure's content up to this size, as JSON, stands in the error itself. */
const ERROR_CHARACTERS = 64 * 1024;
const MESSAGE_CHARACTERS = 2_000;

interface ToolResult {
  readonly content?: readonly { readonly type?: string; readonly text?: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: unknown;
}

/**
 * Reads what a tool answered, leniently: text, images, audio, resources and links stay as the protocol has them, so that nothing is lost
 * on the way to a client. The tool's own failure is an error as data.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-result
 */
export function readResult(result: unknown): Reading {
  if (typeof result !== 'object' || result === null)
    return failed('The server answered with something that is no tool result', { answer: result ?? null });
  const { content = [], structuredContent, isError, _meta } = result as ToolResult;
  const data = {
    content: Array.isArray(content) ? content : [],
    ...(structuredContent !== undefined && { structuredContent }),
    ...(_meta !== undefined && { _meta }),
  };
  if (isError !== true) return { data };
  const text = data.content.flatMap(({ type, text: said }) => (type === 'text' && typeof said === 'string' ? [said] : [])).join('\n');
  const message = visible(text).slice(0, MESSAGE_CHARACTERS) || 'The tool failed and did not say why';
  const isLarge = JSON.stringify(data).length > ERROR_CHARACTERS;
  // An error stands in every view of its execution: of a large one the beginning, the whole is stored as the result.
  if (isLarge) return { ...failed(message, { truncated: true }), data };
  return failed(message, { content: data.content, ...(structuredContent !== undefined && { structuredContent }) });
}

/** What a thrown error says of a call that was answered; undefined when it was not answered. */
export function readFailure(error: unknown, refusal?: Refusal): Reading | undefined {
  const rpc = rpcErrorOf(error);
  // A session that is unknown, a parse error and the like are about the message, not the tool.
  if (rpc) return failed(visible(rpc.message) || `The server answered with the error ${rpc.code}`, { rpc });
  const status = statusOf(error);
  if (status !== undefined) {
    const body = bodyOf(error)?.slice(0, ERROR_CHARACTERS);
    const fault: Fault = {
      code: 'upstream_http_error',
      message: `The MCP server answered ${status}${body ? `: ${visible(body).slice(0, 300)}` : ''}`,
      details: { status, ...(body && { body }) },
    };
    return { error: fault, http: { status, headers: refusal?.status === status ? { ...refusal.headers } : {} } };
  }
  if ((error as { code?: unknown }).code === 'INVALID_RESULT')
    return failed('The server answered with something that is no tool result', {});
  if (isUnreadable(error)) return failed('The server answered with something that is no response', {});
  return undefined;
}

const failed = (message: string, details: Record<string, unknown>): Reading => ({ error: { code: 'mcp_tool_error', message, details } });
