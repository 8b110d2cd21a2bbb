/** Speaks to `/mcp` by hand, for what the official clients would never send. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}, path = '/mcp'): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export const request = (id: number, method: string, params: Record<string, unknown> = {}) => ({ jsonrpc: '2.0', id, method, params });

export const toolCall = (id: number, name: string, args: Record<string, unknown>, meta?: Record<string, unknown>) =>
  request(id, 'tools/call', { name, arguments: args, ...(meta && { _meta: meta }) });

/** Opens a session as a 2025 client does and gives the headers that belong to it. */
export async function openSession(
  url: string,
  headers: Record<string, string> = {},
  protocolVersion = '2025-06-18',
  path = '/mcp',
): Promise<Record<string, string>> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const reply = await post(url, request(0, 'initialize', params), headers, path);
  const id = reply.headers.get('mcp-session-id');
  if (reply.status !== 200 || id === null) throw new Error(`initialize: ${reply.status} ${await reply.text()}`);
  await reply.text();
  const session = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion };
  await (await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session, path)).text();
  return session;
}

/** What a 2026-07-28 request carries for itself. */
export const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
