import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf } from '../../runtime/exposure.ts';

const tool = (path: string, own?: string) => ({ path, binding: own === undefined ? {} : { listed: { name: own } } });

test('ten thousand paths get as many names that every client accepts', () => {
  const paths = Array.from({ length: 10_000 }, (_, i) => {
    const group = ['issues', 'a_b', 'x'.repeat(30), 'pulls'][i % 4];
    return `ns.${group}.${'op'.repeat(1 + (i % 40))}_${i}`;
  });
  const names = namesOf([...paths, 'ns.a.b_c', 'ns.a_b.c', 'ns.a.b.c', 'ns.a_b_c'].map(path => tool(path)));
  assert.equal(new Set(names.values()).size, paths.length + 4);
  for (const name of names.values()) assert.match(name, /^[A-Za-z0-9_-]{1,60}$/);
});

test('a name stays the same whatever else is there', () => {
  const paths = ['ns.a.b', 'ns.a_b.c', 'ns.a.b.c', `ns.${'long'.repeat(30)}.name`];
  const all = namesOf(paths.map(path => tool(path)));
  for (const path of paths) assert.equal(namesOf([tool(path)]).get(path), all.get(path));
});

test("an MCP server's own name is kept where clients accept it", () => {
  const names = namesOf([tool('ns.read_file', 'read_file'), tool('ns.with.dots', 'with.dots'), tool('ns.sp_ace', 'sp ace')]);
  assert.equal(names.get('ns.read_file'), 'read_file');
  assert.match(names.get('ns.with.dots') ?? '', /^with_dots_[0-9a-f]{8}$/);
  assert.match(names.get('ns.sp_ace') ?? '', /^sp_ace_[0-9a-f]{8}$/);
});
