import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorFault } from '../../../../runtime/kinds/mcp/mirrored.ts';

const schema = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const header = (name: unknown, type = 'string') => ({ type, 'x-mcp-header': name });

test('arguments may be mirrored that are strings, integers or booleans, at any depth, each under a name of its own', () => {
  const deep = { type: 'object', properties: { inner: header('Inner', 'integer') } };
  assert.equal(mirrorFault(schema({ region: header('Region'), debug: header('Debug', 'boolean'), deep })), undefined);
  assert.equal(mirrorFault(schema({ plain: { type: 'number' }, 'x-mcp-header': { type: 'string' } })), undefined, 'a name as any other');
  assert.equal(mirrorFault(schema({ any: { type: 'object', default: { 'x-mcp-header': '' } } })), undefined, 'data is no schema');
  assert.equal(mirrorFault(undefined), undefined);
});

test('a definition that wants more than that is at fault', () => {
  for (const [what, wrong] of Object.entries({
    'an empty name': schema({ a: header('') }),
    'a name with a space': schema({ a: header('My Region') }),
    'a name with a colon': schema({ a: header('Region:Primary') }),
    'a name beyond ASCII': schema({ a: header('Région') }),
    'no name': schema({ a: header(7) }),
    'an object': schema({ a: header('A', 'object') }),
    'a list': schema({ a: header('A', 'array') }),
    'a number that is no integer': schema({ a: header('A', 'number') }),
    null: schema({ a: header('A', 'null') }),
    'the same name twice': schema({ a: header('A'), b: header('a') }),
    'an item of a list': schema({ a: { type: 'array', items: header('A') } }),
    'an alternative': schema({ a: { anyOf: [header('A')] } }),
    'a definition': schema({}, { $defs: { a: header('A') } }),
    'the whole': schema({}, { 'x-mcp-header': 'A' }),
  })) {
    assert.equal(typeof mirrorFault(wrong), 'string', what);
  }
});
