import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { request as send } from 'undici';
import type { Indexed } from '../../../../runtime/kinds/kind.ts';
import { openapi } from '../../../../runtime/kinds/openapi/openapi.ts';
import { compile } from '../../../../runtime/schema/engine.ts';

/**
 * What real operations put on the wire, byte for byte. The documents are slices of the vendors' own (descriptions and examples left out);
 * the expected bytes were checked against their API references by eye. `test/fixtures/openapi/golden.json` is never regenerated to please.
 */
interface Golden {
  readonly document: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly sends: { readonly request: string; readonly headers: Record<string, string>; readonly body?: string };
}

const fixture = (name: string): URL => new URL(`../../../fixtures/openapi/${name}.json`, import.meta.url);
const golden = JSON.parse(readFileSync(fixture('golden'), 'utf8')) as Golden[];
const catalogs = new Map<string, Promise<Indexed>>();

let server: Server;
let wire = '';

before(async () => {
  server = createServer(socket => {
    wire = '';
    socket.on('data', chunk => {
      wire += chunk.toString('latin1');
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(wire)?.[1] ?? 0);
      const head = wire.indexOf('\r\n\r\n');
      if (head > 0 && wire.length >= head + 4 + length) socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

after(() => server.close());

for (const { document, tool: path, input, sends } of golden) {
  test(`${path} ${JSON.stringify(input).slice(0, 50)} is sent byte for byte`, async () => {
    const catalog =
      catalogs.get(document) ?? Promise.resolve(openapi.index({ namespace: document, bytes: readFileSync(fixture(document)) }));
    catalogs.set(document, catalog);
    const { tools, definitions } = await catalog;
    const { tool } = tools.find(found => found.tool.path === path)!;
    assert.deepEqual(compile(tool.inputSchema, name => definitions.get(name))(input), []);

    const made = openapi.request(tool, input, {});
    assert.equal(`${made.method} ${made.url}`, sends.request);
    const { origin, pathname, search } = new URL(made.url);
    const { port } = server.address() as AddressInfo;
    const answer = await send(made.url.replace(origin, `http://127.0.0.1:${port}`), {
      method: made.method as 'POST',
      headers: { ...made.headers },
      body: made.body ?? null,
    });
    await answer.body.dump();

    const [head = '', ...rest] = wire.split('\r\n\r\n');
    const [line, ...lines] = head.split('\r\n');
    assert.equal(line, `${made.method} ${pathname}${search} HTTP/1.1`);
    for (const [name, value] of Object.entries(sends.headers))
      assert.ok(lines.includes(`${name}: ${value}`), `${name}: ${value} in ${lines.join(' | ')}`);
    assert.equal(rest.join('\r\n\r\n'), sends.body ?? '');
  });
}

test('there are at least thirty of them, of six vendors', () => {
  assert.ok(golden.length >= 30);
  assert.equal(new Set(golden.map(({ document }) => document)).size, 6);
});
