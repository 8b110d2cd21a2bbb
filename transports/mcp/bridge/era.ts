import { randomUUID } from 'node:crypto';
import type { Message } from './wire.ts';

const PROTOCOL_VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion';
const IDEMPOTENCY_META_KEY = 'executor/idempotencyKey';

/** The methods whose `Mcp-Name` header mirrors a field of the body. */
const NAME_FIELDS: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** Tools that start something: they get a key, so that the same request again is the same execution. */
const KEYED_TOOLS = new Set(['call', 'execute']);

/** Tools that may be sent again: two only read, and of the others the runtime knows the same request again. */
const REPEATABLE_TOOLS = new Set(['search', 'describe', 'resume', 'call', 'execute']);

/** The revision a message claims for itself: present from 2026-07-28 on, where there is no session that could say it. */
export function claimedRevision({ params }: Message): string | undefined {
  const version = params?._meta?.[PROTOCOL_VERSION_META_KEY];
  return typeof version === 'string' ? version : undefined;
}

/**
 * The headers that a stateless message needs over HTTP.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export function statelessHeaders(message: Message, revision: string): Record<string, string> {
  const { method = '', params } = message;
  const name = params?.[NAME_FIELDS[method] ?? ''];
  return {
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }),
  };
}

/** Gives a call a key, so that after a crash it can be sent again and finds the execution it made before. */
export function keyed(message: Message): Message {
  if (message.method !== 'tools/call' || !message.params || !KEYED_TOOLS.has(String(message.params.name))) return message;
  const meta = message.params._meta;
  if (meta?.[IDEMPOTENCY_META_KEY] !== undefined) return message;
  return { ...message, params: { ...message.params, _meta: { ...meta, [IDEMPOTENCY_META_KEY]: randomUUID() } } };
}

/** Whether a message that may have been delivered may be sent again. */
export function isRepeatable({ method, params }: Message): boolean {
  return method !== 'tools/call' || REPEATABLE_TOOLS.has(String(params?.name));
}

/** Text that no header can carry goes as marked Base64. */
function headerValue(text: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?')) return text;
  return `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
