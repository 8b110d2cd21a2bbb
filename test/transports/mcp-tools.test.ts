import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceView } from '../../machines/schema/source.ts';
import { checkArguments } from '../../transports/mcp/arguments.ts';
import { keyed, statelessHeaders } from '../../transports/mcp/bridge/era.ts';
import { search } from '../../transports/mcp/tools/search.ts';
import { INSTRUCTIONS, listed } from '../../transports/mcp/tools.ts';

const source = (namespace: string, toolCount: number): SourceView => ({
  namespace,
  kind: 'openapi',
  name: `The ${namespace} API, in its newest version, with a rather long name that nobody reads to the end`,
  state: 'ready',
  toolCount,
  revision: 1,
  allowPrivate: false,
  addedAt: '',
});

test('the descriptions stay under 1,500 tokens however many sources there are, and the largest are named', () => {
  const many = Array.from({ length: 300 }, (_, i) => source(`service${i}`, 1000 - i));
  const tools = listed(many);
  const words = `${INSTRUCTIONS}${tools.map(({ name, description }) => name + description).join('')}`;
  assert.ok(words.length / 3.5 < 1500, `${Math.round(words.length / 3.5)} tokens, counted high`);
  assert.match(tools[0]?.description ?? '', /service0 \(.*service29 \(.* and 270 more/);
  assert.match(listed([])[0]?.description ?? '', /Connected: none yet/);
});

test('wrong arguments are named, with the near name', () => {
  const fault = (args: unknown) => {
    try {
      checkArguments('search', search.input, args);
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };
  assert.equal(fault({ query: 'x' }), 'none');
  assert.equal(fault(undefined), 'none');
  assert.match(fault({ qeury: 'x' }), /no argument "qeury". Did you mean "query"/);
  assert.match(fault({ limit: 'many' }), /limit/);
  assert.match(fault([]), /one object/);
});

test('a name that no header can carry is sent as marked Base64; only calls get a key', () => {
  const named = (name: string) => statelessHeaders({ method: 'tools/call', params: { name } }, '2026-07-28')['mcp-name'];
  assert.equal(named('search'), 'search');
  assert.equal(named('sérch'), `=?base64?${Buffer.from('sérch').toString('base64')}?=`);
  const read = { method: 'tools/call', params: { name: 'search' } };
  assert.equal(keyed(read), read);
  const call = { method: 'tools/call', params: { name: 'call', _meta: { progressToken: 1 } } };
  assert.deepEqual(Object.keys(keyed(call).params?._meta ?? {}), ['progressToken', 'executor/idempotencyKey']);
});
