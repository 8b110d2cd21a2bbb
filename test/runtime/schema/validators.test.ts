import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { createValidators } from '../../../runtime/schema/validators.ts';

const definitions: Record<string, JsonSchema> = {
  Label: {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, parent: { $ref: '#/$defs/Label' } },
    additionalProperties: false,
  },
};

const inputSchema: JsonSchema = {
  type: 'object',
  required: ['owner', 'title'],
  properties: {
    owner: { type: 'string' },
    title: { type: 'string' },
    state: { enum: ['open', 'closed'] },
    labels: { type: 'array', items: { $ref: '#/$defs/Label' } },
    milestone: { oneOf: [{ type: 'integer' }, { type: 'string', minLength: 3 }] },
  },
  additionalProperties: false,
};

const tool = { path: 'ns.a.b', source: 'ns', hash: 'h', inputSchema };

function fault(input: unknown): FaultError {
  try {
    createValidators(() => name => definitions[name]).check(tool, input);
  } catch (error) {
    assert.ok(error instanceof FaultError && error.code === 'invalid_arguments');
    return error;
  }
  return assert.fail('accepted');
}

const ok = { owner: 'o', title: 't' };

test('an input that fits passes', () => {
  createValidators(() => name => definitions[name]).check(tool, { ...ok, labels: [{ name: 'a', parent: { name: 'b' } }], milestone: 3 });
});

test('a misspelt argument is named with the name that was meant, as one mistake', () => {
  const { message, details } = fault({ owner: 'o', titel: 't' });
  assert.equal(message, 'unknown argument `titel`, did you mean `title`?');
  assert.equal(details?.path, '/titel');
  assert.match(String(details?.accepted), /^\{ owner: string; title: string; /);
});

test('an unknown argument like no other names those that are accepted', () => {
  assert.match(fault({ ...ok, zzzzzz: 1 }).message, /unknown argument `zzzzzz`; accepted are owner, title, state/);
});

test('the path of a mistake deep inside is named, through references', () => {
  const { message, details } = fault({ ...ok, labels: [{ name: 'a' }, { name: 'b', parent: { nmae: 'c' } }] });
  assert.equal(message, 'unknown argument `labels[1].parent.nmae`, did you mean `labels[1].parent.name`?');
  assert.equal(details?.path, '/labels/1/parent/nmae');
});

test('missing arguments, wrong types, wrong values and unions are told in words', () => {
  assert.equal(fault({ owner: 'o' }).message, 'missing argument `title`');
  assert.equal(fault({ ...ok, owner: 3 }).message, '`owner` must be string, not number');
  assert.equal(fault({ ...ok, state: 'opn' }).message, '`state` must be one of: "open", "closed" (did you mean "open"?)');
  assert.equal(fault({ ...ok, milestone: [] }).message, '`milestone` fits none of the accepted forms');
  assert.equal(fault([1]).message, 'The input must be an object of arguments');
});

test('definitions are looked up when data reaches them, and not before', () => {
  const asked: string[] = [];
  const validators = createValidators(() => name => {
    asked.push(name);
    return definitions[name];
  });
  validators.check(tool, ok);
  assert.deepEqual(asked, []);
  validators.check(tool, { ...ok, labels: [{ name: 'a' }] });
  assert.deepEqual(asked, ['Label']);
});

test('a tool of another hash is another tool, and old validators are forgotten', () => {
  const validators = createValidators(() => name => definitions[name], { capacity: 1 });
  validators.check(tool, ok);
  validators.check({ ...tool, hash: 'other', inputSchema: { type: 'object', properties: {}, additionalProperties: false } }, {});
  assert.throws(() => validators.check({ ...tool, hash: 'third', inputSchema: false }, ok), FaultError);
  validators.check(tool, ok);
});

test('what is wrong with the branches of a union behind a reference is not told besides the union', () => {
  const choice: JsonSchema = { oneOf: [{ $ref: '#/$defs/Label' }, { type: 'integer' }] };
  const schema: JsonSchema = { type: 'object', properties: { a: choice, b: { type: 'string' } }, additionalProperties: false };
  const { check } = createValidators(() => name => definitions[name]);
  const message = (input: unknown): string => {
    try {
      check({ ...tool, hash: 'union', inputSchema: schema }, input);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.equal(message({ a: { nmae: 'x' } }), '`a` fits none of the accepted forms');
  assert.equal(message({ a: 'x', b: 1 }), '`a` fits none of the accepted forms; `b` must be string, not number');
});

test('large arguments are compiled when they are given, and their mistakes are told all the same', () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, { type: 'integer' }]));
  const inputSchema: JsonSchema = {
    type: 'object',
    properties: { big: { type: 'object', properties: many, additionalProperties: false } },
  };
  const { errors } = createValidators(() => () => undefined);
  const found = errors({ ...tool, hash: 'large', inputSchema }, { big: { field3: 'x' } });
  assert.deepEqual(
    found.map(({ instancePath }) => instancePath),
    ['/big/field3'],
  );
});
