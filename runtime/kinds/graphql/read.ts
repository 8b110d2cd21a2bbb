import type { Http } from '../../../machines/schema/call.ts';
import type { Fault } from '../../../machines/schema/fault.ts';
import type { Tool } from '../../../machines/schema/tool.ts';
import type { Reading, UpstreamResponse } from '../kind.ts';
import { readResponse } from '../read-response.ts';
import type { Binding } from './binding.ts';

/** Errors that are kept of an answer, and characters of each. */
const MOST = 20;
const LONGEST = 2_000;
/** Characters of partial data that stand beside the errors; more is only in the result. */
const SHOWN_DATA = 16_000;

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads an answer: what the field gave, the errors, or both (GraphQL, section 7). What is no GraphQL answer, such as a page of a
 * gateway, is read as any API's.
 */
export function readAnswer(tool: Tool, response: UpstreamResponse): Reading {
  const { field } = tool.binding as unknown as Binding;
  const answer = response.truncated ? undefined : parsed(response.body);
  const errors = answer && Array.isArray(answer.errors) ? answer.errors.filter(isNode) : [];
  const isAnswer = answer !== undefined && (isNode(answer.data) || errors.length > 0);
  // Who may not come in, and who comes too often, is told so by the status, whatever the body says.
  if (!isAnswer || [401, 403, 407, 429].includes(response.status)) return foreign(tool, response);
  const { 'set-cookie': _, ...headers } = response.headers;
  const http: Http = { status: response.status, headers };
  const data = isNode(answer.data) ? answer.data[field] : undefined;
  const has = data !== undefined && data !== null;
  if (errors.length === 0) return { data: data ?? null, http };
  return { ...(has && { data }), error: faultOf(errors, has ? data : undefined), http };
}

function parsed(body: Uint8Array): Node | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isNode(value) ? value : undefined;
  } catch {
    // No JSON, so no answer of a GraphQL server.
    return undefined;
  }
}

/** A success that is no GraphQL answer is none: nobody may take it for what was asked. */
function foreign(tool: Tool, response: UpstreamResponse): Reading {
  const reading = readResponse(tool, response);
  if (reading.error) return reading;
  const { status } = response;
  const why = response.truncated ? 'is larger than what is read of one' : 'is not one of a GraphQL server';
  const body = typeof reading.data === 'string' ? reading.data.slice(0, LONGEST) : undefined;
  return {
    ...reading,
    error: {
      code: 'upstream_http_error',
      message: `The answer (${status}) ${why}.`,
      details: { status, ...(body !== undefined && { body }) },
    },
  };
}

function faultOf(errors: readonly Node[], data: unknown): Fault {
  const partial = data !== undefined;
  const isShort = partial && JSON.stringify(data).length <= SHOWN_DATA;
  const shown = errors.slice(0, MOST).map(error => ({ ...error, message: cut(String(error.message ?? 'an error without a message')) }));
  const [first] = shown;
  const path = Array.isArray((first as Node).path) ? ` (at ${((first as Node).path as unknown[]).join('.')})` : '';
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return {
    code: 'graphql_errors',
    message: `${first!.message}${path}${more}${partial ? '. The rest of the data is there' : ''}`,
    details: { errors: shown, ...(errors.length > MOST && { omitted: errors.length - MOST }), partial, ...(isShort && { data }) },
  };
}

const cut = (message: string): string => (message.length > LONGEST ? `${message.slice(0, LONGEST - 1)}…` : message);
