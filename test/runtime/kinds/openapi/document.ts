import assert from 'node:assert/strict';
import type { Tool } from '../../../../machines/schema/tool.ts';
import type { Indexed, IndexInput, UpstreamRequest } from '../../../../runtime/kinds/kind.ts';
import { openapi } from '../../../../runtime/kinds/openapi/openapi.ts';

type Json = Record<string, unknown>;

/** An OpenAPI document with what a test does not name filled in. */
export const api = (paths: Json, rest: Json = {}): Json => ({
  openapi: '3.0.3',
  info: { title: 'Test', version: '1' },
  servers: [{ url: 'https://api.example.com/v1' }],
  paths,
  ...rest,
});

export const bytesOf = (document: unknown): Uint8Array => Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));

export const index = async (document: unknown, input: Partial<IndexInput> = {}): Promise<Indexed> =>
  openapi.index({ namespace: 'ns', bytes: bytesOf(document), ...input });

/** The only tool of a document with one operation: `operation` at `method path`. */
export async function toolOf(at: string, operation: Json, rest: Json = {}, input: Partial<IndexInput> = {}): Promise<Tool> {
  const [method = 'get', path = '/'] = at.split(' ');
  const { tools } = await index(api({ [path]: { [method]: operation } }, rest), input);
  assert.equal(tools.length, 1);
  return tools[0]!.tool;
}

/** The request of the only tool. */
export const requestOf = (tool: Tool, input: Json, target: { baseUrl?: string } = {}): UpstreamRequest =>
  openapi.request(tool, input, target);

export const pathsOf = ({ tools }: Indexed): string[] => tools.map(({ tool }) => tool.path);
