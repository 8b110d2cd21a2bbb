import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from '../../../../runtime/kinds/openapi/document.ts';
import { narrowJson } from '../../../../runtime/kinds/openapi/narrow.ts';

const padded = (text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`{"pad":"${'x'.repeat(9_000)}","a":"`), Buffer.from(text), Buffer.from('"}')]);
const plain = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));

test('text with a few characters beyond ASCII is written without them, and says the same', () => {
  for (const text of ['', 'plain', 'é', 'naïve – “quoted”', 'emoji 😀 and 漢字', 'é'.repeat(40), '\u2028', '\ufeff']) {
    const narrow = narrowJson(padded(text))!;
    assert.match(narrow, /^[ -~]*$/, text);
    assert.deepEqual(JSON.parse(narrow), plain(padded(text)), text);
  }
});

test('a character may stand anywhere, also across the pieces that are looked at', () => {
  for (let before = 4_080; before < 4_100; before++) {
    const bytes = Buffer.from(JSON.stringify({ a: `${'x'.repeat(before)}漢😀é`, b: 'y'.repeat(9_000), ü: 1 }));
    assert.deepEqual(JSON.parse(narrowJson(bytes)!), plain(bytes), String(before));
  }
});

test('bytes that are no UTF-8 are what they are otherwise: replacement characters', () => {
  for (const bytes of [[0xff], [0xc3], [0xe6, 0xbc], [0xc3, 0xa9, 0xff, 0xc3, 0xa9], [0xed, 0xa0, 0x80]]) {
    const document = padded(Buffer.from(bytes));
    assert.deepEqual(JSON.parse(narrowJson(document)!), plain(document), bytes.join());
  }
});

test('a document of another script is left as it is, and so is one that escapes what JSON does not', () => {
  assert.equal(narrowJson(Buffer.from(JSON.stringify({ a: '漢字'.repeat(500) }))), undefined);
  assert.equal(narrowJson(padded('\\é')), undefined);
});

test('whichever way a document is read, it is the same document, and is refused in the same words', () => {
  const documents = [
    '{"a": "漢字"}',
    '{"a": "é", }',
    '{"a": "é" # why not\n}',
    `{"a": "é", "b": [${'1,'.repeat(5_000)}1]}`,
    '\ufeff{"a": "é"}',
  ];
  const expected = [{ a: '漢字' }, { a: 'é' }, { a: 'é' }, { a: 'é', b: new Array(5_001).fill(1) }, { a: 'é' }];
  documents.forEach((text, at) => {
    assert.deepEqual(parseDocument(Buffer.from(text)), expected[at]);
  });
  assert.throws(() => parseDocument(Buffer.from('{"a": "é" "b": [}')), { code: 'source_not_recognised' });
});
