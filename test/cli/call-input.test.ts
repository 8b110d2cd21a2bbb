import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inputOf, isAmbiguous, readCallWords } from '../../cli/call-input.ts';
import { UsageError } from '../../cli/failure.ts';

const read = async (words: string[], schema?: unknown) => {
  const call = await readCallWords(words);
  return { path: call.path, input: inputOf(call, schema) };
};

test('a path by words, by dots, and by both', async () => {
  for (const words of [['github', 'issues', 'create'], ['github.issues.create'], ['github', 'issues.create']]) {
    assert.equal((await read(words)).path, 'github.issues.create');
  }
});

test('arguments as an object, as pairs, and both: the pairs win', async () => {
  assert.deepEqual((await read(['a.b', '{"x":1,"y":"z"}'])).input, { x: 1, y: 'z' });
  assert.deepEqual((await read(['a.b', 'x=1', 'y=z', 'ok=true', 'list=[1,2]', 'none=null', 'empty='])).input, {
    x: 1,
    y: 'z',
    ok: true,
    list: [1, 2],
    none: null,
    empty: '',
  });
  assert.deepEqual((await read(['a.b', '{"x":1}', 'x=2'])).input, { x: 2 });
});

test('a value with "=" and one that begins with a dash', async () => {
  assert.deepEqual((await read(['a.b', 'q=a=b', 'n=-5', 't=-x'])).input, { q: 'a=b', n: -5, t: '-x' });
});

test('a key given again makes a list', async () => {
  assert.deepEqual((await read(['a.b', 'label=bug', 'label=ui', 'label=3'])).input, { label: ['bug', 'ui', 3] });
});

test('a file, also one with spaces in its name', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'exec cli '));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'my input.json');
  writeFileSync(file, '{"title":"Hello"}');
  assert.deepEqual((await read(['a.b', `@${file}`, 'body=x'])).input, { title: 'Hello', body: 'x' });
});

const SCHEMA = {
  properties: {
    zip: { type: 'string' },
    year: { type: 'integer' },
    either: { type: ['string', 'integer'] },
    perhaps: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    named: { $ref: '#/$defs/Name' },
    codes: { type: 'array', items: { type: 'string' } },
    level: { enum: ['1', '2'] },
    open: {},
  },
  $defs: { Name: { type: 'string' } },
};

test('what is JSON stays text where the schema says text', async () => {
  const words = [
    'a.b',
    'zip=12345',
    'year=2024',
    'either=7',
    'perhaps=null',
    'named=true',
    'codes=1',
    'codes=2',
    'level=1',
    'open=5',
    'unknown=6',
  ];
  assert.deepEqual((await read(words, SCHEMA)).input, {
    zip: '12345',
    year: 2024,
    either: 7,
    perhaps: null,
    named: 'true',
    codes: ['1', '2'],
    level: '1',
    open: 5,
    unknown: 6,
  });
});

test('the schema is asked for only where it could matter', async () => {
  const { pairs } = await readCallWords(['a.b', 'x=hello', 'y=01234', 'z=12']);
  assert.deepEqual(pairs.map(isAmbiguous), [false, false, true]);
});

for (const words of [['{}'], [], ['a.b', '{broken'], ['a.b', '@/no/such/file'], ['a.b', '=x'], ['a.b', 'x=1', 'word']]) {
  test(`refuses ${JSON.stringify(words)}`, () => assert.rejects(readCallWords(words), UsageError));
}
