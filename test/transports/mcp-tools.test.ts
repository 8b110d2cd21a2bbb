import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceView } from '../../machines/schema/source.ts';
import { checkArguments } from '../../transports/mcp/arguments.ts';
import { keyed, statelessHeaders } from '../../transports/mcp/bridge/era.ts';
import { INSTRUCTIONS } from '../../transports/mcp/guide.ts';
import { search } from '../../transports/mcp/tools/search.ts';
import { listed } from '../../transports/mcp/tools.ts';

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

/** Counted with o200k_base and cl100k_base these texts have 3.9 characters to a token, with their schemas 4.06: so this counts high. */
const DESCRIPTION_CHARACTERS = 3.5;
const LIST_CHARACTERS = 4;

test('the descriptions stay under 1,500 tokens however many sources there are, and the largest are named', () => {
  for (const count of [0, 1, 24, 25, 300]) {
    const tools = listed(Array.from({ length: count }, (_, i) => source(`service${i}`, 1000 - i)));
    const words = `${INSTRUCTIONS}${tools.map(({ name, description }) => name + description).join('')}`.length / DESCRIPTION_CHARACTERS;
    assert.ok(words < 1500, `${Math.round(words)} tokens, ${count} sources`);
    const whole = JSON.stringify(tools).length / LIST_CHARACTERS;
    assert.ok(whole < 1500, `${Math.round(whole)} tokens with schemas, ${count} sources`);
    for (let named = 0; named < Math.min(count, 24); named++) assert.ok(tools[0]!.description!.includes(`service${named} (`));
    assert.equal(/ and (\d+) more/.exec(tools[0]!.description!)?.[1], count > 24 ? String(count - 24) : undefined);
  }
  assert.match(listed([])[0]?.description ?? '', /Connected: none yet/);
});

test('the first kilobyte says how to find, call, and wait', () => {
  const beginning = `${INSTRUCTIONS}\n${listed([source('github', 1223)])[0]!.description}`.slice(0, 1024);
  for (const word of ['search', 'describe', 'call', 'execute', 'resume', 'approvalUrl', 'never repeat', 'github']) {
    assert.ok(beginning.includes(word), word);
  }
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
