import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf, toolOf } from './document.ts';

/** The table of OpenAPI's "Style Examples": color is blue; blue, black, brown; or R 100, G 200, B 150. */
const array = ['blue', 'black', 'brown'];
const object = { R: 100, G: 200, B: 150 };
const TABLE: readonly [
  place: string,
  style: string,
  explode: boolean,
  string: string | undefined,
  array: string | undefined,
  object: string | undefined,
][] = [
  ['path', 'simple', false, 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
  ['path', 'simple', true, 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
  ['path', 'label', false, '.blue', '.blue,black,brown', '.R,100,G,200,B,150'],
  ['path', 'label', true, '.blue', '.blue.black.brown', '.R=100.G=200.B=150'],
  ['path', 'matrix', false, ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150'],
  ['path', 'matrix', true, ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150'],
  ['query', 'form', false, 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150'],
  ['query', 'form', true, 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150'],
  ['query', 'spaceDelimited', false, undefined, 'color=blue%20black%20brown', 'color=R%20100%20G%20200%20B%20150'],
  ['query', 'pipeDelimited', false, undefined, 'color=blue%7Cblack%7Cbrown', 'color=R%7C100%7CG%7C200%7CB%7C150'],
  ['query', 'deepObject', true, undefined, undefined, 'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  ['header', 'simple', false, 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
  ['header', 'simple', true, 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
  ['cookie', 'form', false, 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150'],
];

for (const [place, style, explode, ...written] of TABLE) {
  test(`${style}${explode ? ' exploded' : ''} in ${place} is written as the specification's table has it`, async () => {
    const at = place === 'path' ? 'get /x/{color}' : 'get /x';
    const tool = await toolOf(at, { parameters: [{ name: 'color', in: place, required: true, style, explode, schema: {} }] });
    for (const [n, value] of ['blue', array, object].entries()) {
      if (written[n] === undefined) continue;
      const { url, headers } = requestOf(tool, { color: value });
      const parts: Record<string, string | undefined> = {
        path: url.replace('https://api.example.com/v1/x/', ''),
        query: url.replace('https://api.example.com/v1/x?', ''),
        header: headers.color,
        cookie: headers.cookie,
      };
      assert.equal(parts[place], written[n]);
    }
  });
}

test('an object of several levels nests in brackets, lists by index', async () => {
  const tool = await toolOf('get /x', {
    parameters: [{ name: 'f', in: 'query', style: 'deepObject', explode: true, schema: { type: 'object' } }],
  });
  const { url } = requestOf(tool, { f: { a: { gte: 1 }, b: [{ c: 'x' }, 2] } });
  assert.equal(decodeURIComponent(new URL(url).search), '?f[a][gte]=1&f[b][0][c]=x&f[b][1]=2');
});

test('reserved characters stay where they may, but never split the query', async () => {
  const tool = await toolOf('get /x', { parameters: [{ name: 'q', in: 'query', allowReserved: true, schema: { type: 'string' } }] });
  assert.equal(requestOf(tool, { q: 'a/b:c?d&e=f#g+h' }).url, 'https://api.example.com/v1/x?q=a/b:c?d%26e=f%23g%2Bh');
});

test('a parameter with content is written in its media type', async () => {
  const tool = await toolOf('get /x', {
    parameters: [{ name: 'f', in: 'query', content: { 'application/json': { schema: { type: 'object' } } } }],
  });
  assert.equal(requestOf(tool, { f: { a: [1] } }).url, 'https://api.example.com/v1/x?f=%7B%22a%22%3A%5B1%5D%7D');
});

test('characters that mean something in an address are encoded in path values, as is everything beyond ASCII', async () => {
  const tool = await toolOf('get /x/{a}/{b}', { parameters: [] });
  assert.equal(requestOf(tool, { a: 'x/y?z#é', b: "it's" }).url, 'https://api.example.com/v1/x/x%2Fy%3Fz%23%C3%A9/it%27s');
});

test('empty lists are not sent, absent parameters neither', async () => {
  const tool = await toolOf('get /x', { parameters: ['a', 'b'].map(name => ({ name, in: 'query', schema: {} })) });
  assert.equal(requestOf(tool, { a: [] }).url, 'https://api.example.com/v1/x');
});

test('Swagger 2.0 collection formats are kept', async () => {
  const parameters = ['csv', 'ssv', 'tsv', 'pipes', 'multi'].map(collectionFormat => ({
    name: collectionFormat,
    in: 'query',
    type: 'array',
    items: { type: 'string' },
    collectionFormat,
  }));
  const tool = await toolOf('get /x', { parameters }, { openapi: undefined, swagger: '2.0', host: 'h.example', basePath: '/' });
  const { url } = requestOf(tool, Object.fromEntries(parameters.map(({ name }) => [name, ['a', 'b']])));
  assert.equal(url, 'https://h.example/x?csv=a,b&ssv=a%20b&tsv=a%09b&pipes=a%7Cb&multi=a&multi=b');
});
