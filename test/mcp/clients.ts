import type { TestContext } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CLI } from '../cli/rig.ts';

/** What the tests use of a client, the same for both SDKs. */
export interface AnyClient {
  callTool(params: { name: string; arguments?: Record<string, unknown> }, ...rest: never[]): Promise<unknown>;
  listTools(): Promise<{ tools: { name: string; description?: string | undefined; inputSchema: unknown }[] }>;
  close(): Promise<void>;
}

const headers = (token: string | undefined) =>
  token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } };

/** The official v1 client: the revisions up to 2025-11-25. */
export async function v1(t: TestContext, url: string, token?: string): Promise<ClientV1> {
  const client = new ClientV1({ name: 'test-v1', version: '1' });
  await client.connect(new HttpV1(new URL('/mcp', url), headers(token)) as Parameters<ClientV1['connect']>[0]);
  t.after(() => client.close());
  return client;
}

/** The official v2 client on the 2026-07-28 revision. */
export async function v2(t: TestContext, url: string, token?: string, path = '/mcp'): Promise<ClientV2> {
  const client = new ClientV2({ name: 'test-v2', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new HttpV2(new URL(path, url), headers(token)));
  t.after(() => client.close());
  return client;
}

/** The official v2 client over `executor mcp`, the bridge to a daemon that is told by its address. */
export async function overStdio(t: TestContext, url: string, token: string): Promise<ClientV2> {
  const client = new ClientV2({ name: 'test-stdio', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const env = { PATH: process.env.PATH ?? '', EXECUTOR_URL: url, EXECUTOR_TOKEN: token };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp'], env, stderr: 'ignore' }));
  t.after(() => client.close());
  return client;
}

/** The structured content of a `tools/call`, with `isError` beside it. */
export async function call(client: AnyClient, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as {
    structuredContent?: Record<string, unknown>;
    content: { type: string; text: string }[];
    isError?: boolean;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a tool answers is looked at, not typed
  return { ...result, data: (result.structuredContent ?? {}) as Record<string, any>, text: result.content[0]?.text ?? '' };
}
