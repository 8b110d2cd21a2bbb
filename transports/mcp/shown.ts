import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { ExecutionView, ProgramOutput } from '../../machines/schema/execution.ts';
import { isSettled } from './answer.ts';
import type { Asking } from './asking.ts';

/** So much console output goes with an answer, the newest of it; and so much of what was emitted. */
const LOG_CHARACTERS = 16 * 1024;
const TEXT_CHARACTERS = 64 * 1024;
const BINARY_CHARACTERS = 8 * 1024 * 1024;

/** Adds to the answer of a program that has ended what it emitted, as content, and what it logged. */
export async function withShown(
  result: CallToolResult,
  view: ExecutionView,
  { runtime, principal, baseUrl }: Asking,
): Promise<CallToolResult> {
  if (view.kind !== 'program' || !isSettled(view)) return result;
  const { emitted, logs } = await runtime.executions.output(view.id, principal);
  if (emitted.length === 0 && logs.length === 0) return result;
  const lines = newest(logs);
  return {
    ...result,
    structuredContent: { ...(result.structuredContent as object), ...(lines.length > 0 && { logs: lines }) },
    content: [...result.content, ...blocks(emitted, view.id, `${baseUrl}/api/executions/${view.id}/output`)],
  };
}

/** The last lines that fit, and how many were left out. */
function newest(logs: ProgramOutput['logs']): string[] {
  const lines: string[] = [];
  let room = LOG_CHARACTERS;
  for (const { level, text } of [...logs].reverse()) {
    const line = level === 'info' ? text : `${level}: ${text}`;
    room -= line.length;
    if (room < 0) {
      lines.push(`(${logs.length - lines.length} earlier lines left out)`);
      break;
    }
    lines.push(line);
  }
  return lines.reverse();
}

function blocks(emitted: ProgramOutput['emitted'], id: string, rest: string): ContentBlock[] {
  const content: ContentBlock[] = [];
  let text = TEXT_CHARACTERS;
  let binary = BINARY_CHARACTERS;
  let left = 0;
  for (const { value } of emitted) {
    const block = blockOf(value, id);
    const size = JSON.stringify(block).length;
    const fits = block.type === 'text' ? size <= text : size <= binary;
    if (!fits) left++;
    else {
      if (block.type === 'text') text -= size;
      else binary -= size;
      content.push(block);
    }
  }
  if (left > 0) content.push({ type: 'text', text: `(${left} emitted values are too large to show here: GET ${rest} has them)` });
  return content;
}

/**
 * An emitted value as MCP content: `{type: "image" | "audio", data, mimeType}`, `{type: "file", name, mimeType?, data | text}` and
 * `{type: "text", text}` as what they say, anything else as text.
 */
function blockOf(value: unknown, id: string): ContentBlock {
  const { type, data, mimeType, text, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof value === 'string') return { type: 'text', text: value };
  if (type === 'text' && typeof text === 'string') return { type, text };
  if ((type === 'image' || type === 'audio') && isBase64(data) && typeof mimeType === 'string') return { type, data, mimeType };
  if (type === 'file' && typeof name === 'string') {
    const resource = { uri: `executor://executions/${id}/${encodeURIComponent(name)}`, ...(typeof mimeType === 'string' && { mimeType }) };
    if (isBase64(data)) return { type: 'resource', resource: { ...resource, blob: data } };
    if (typeof text === 'string') return { type: 'resource', resource: { ...resource, text } };
  }
  return { type: 'text', text: JSON.stringify(value) };
}

const isBase64 = (data: unknown): data is string =>
  typeof data === 'string' && data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
