import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Tool } from '../../machines/schema/tool.ts';
import { createSurprise } from '../../runtime/surprise.ts';

const tool = (hash: string, outputSchema: Tool['outputSchema']): Tool =>
  ({ path: `ns.things.${hash}`, source: 'ns', hash, outputSchema }) as unknown as Tool;
const person = { type: 'object', properties: { name: { type: 'string' }, friend: { $ref: '#/$defs/Person' } } };

function surprise(): { lines: string[]; look: (tool: Tool, data: unknown, bytes?: number) => Promise<void> } {
  const lines: string[] = [];
  const noted = createSurprise(
    () => name => (name === 'Person' ? person : undefined),
    line => void lines.push(line),
  );
  return {
    lines,
    look: async (of, data, bytes) => {
      noted(of, data, bytes === undefined ? { value: null } : { ref: 'blob_x', bytes, sha256: '' });
      await turn();
    },
  };
}

test('an answer that is not what was promised is noted once for a tool, with the place', async () => {
  const { lines, look } = surprise();
  const get = tool('a', { $ref: '#/$defs/Person' });
  await look(get, { name: 'Ann', friend: { name: null } });
  await look(get, { name: 7 });
  assert.deepEqual(lines, ['ns.things.a answered otherwise than described: /friend/name must be string']);
});

test('what is as promised, has no promise, or is a file is not noted', async () => {
  const { lines, look } = surprise();
  await look(tool('a', { $ref: '#/$defs/Person' }), { name: 'Ann' });
  await look(tool('b', undefined), 7);
  await look(tool('c', { type: 'string' }), { contentType: 'image/png', bytes: 1, base64: 'AA==' });
  await look(tool('d', { type: 'string' }), { large: true }, 10_000_000);
  assert.deepEqual(lines, []);
});

test('a description that cannot be used is noted and harms nobody', async () => {
  const { lines, look } = surprise();
  await look(tool('a', { type: 'object', properties: { x: { pattern: '(' } } }), { x: 'y' });
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /cannot be used/);
});
