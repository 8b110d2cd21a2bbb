import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v1, v2 } from '../mcp/clients.ts';
import { surface } from '../mcp/surface.ts';

const GUIDE = 'skill://executor/SKILL.md';

for (const [era, connect] of [
  ['2025', v1],
  ['2026-07-28', v2],
] as const) {
  test(`${era}: the guide is announced, names the sources, and is all that can be read`, async t => {
    const { url } = await surface(t);
    const client = await connect(t, url);
    assert.match(client.getInstructions() ?? '', new RegExp(GUIDE));
    const { contents } = await client.readResource({ uri: GUIDE });
    const { text, mimeType } = contents[0] as { text: string; mimeType: string };
    assert.equal(mimeType, 'text/markdown');
    assert.match(text, /^---\nname: executor\ndescription: .+\n---\n/);
    assert.match(text, /Connected: shop \(Bookshop, 3 tools\)/);
    await assert.rejects(client.readResource({ uri: 'skill://executor/OTHER.md' }), /not found/i);
  });
}

test('what the descriptions and the guide say of the sources stays true while these come and go', async t => {
  const { url, runtime, shop } = await surface(t);
  const client = await v1(t, url);
  const said = async () => {
    const { tools } = await client.listTools();
    const { contents } = await client.readResource({ uri: GUIDE });
    const of = (text: string | undefined) => /Connected: (.*)\./.exec(text ?? '')?.[1]?.split('. Each hit')[0];
    assert.equal(of(tools[0]!.description), of((contents[0] as { text: string }).text));
    return of(tools[0]!.description);
  };
  assert.equal(await said(), 'shop (Bookshop, 3 tools)');
  await runtime.sources.add({ ...shop.source, namespace: 'cafe' });
  assert.equal((await runtime.sources.wait('cafe')).state, 'ready');
  assert.equal(await said(), 'cafe (Bookshop, 3 tools), shop (Bookshop, 3 tools)');
  const { token } = await runtime.tokens.create({ name: 'narrow', role: 'agent', tools: ['cafe.**'] });
  const narrow = await v1(t, url, token);
  assert.doesNotMatch((await narrow.listTools()).tools[0]!.description!, /shop \(/);
  await runtime.sources.remove('cafe');
  assert.equal(await said(), 'shop (Bookshop, 3 tools)');
});
