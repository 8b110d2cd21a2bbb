import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { openapi } from '../../../runtime/kinds/openapi/openapi.ts';
import { signature } from '../../../runtime/schema/signature.ts';
import { typescript } from '../../../runtime/schema/typescript.ts';

const none = (): undefined => undefined;
const root = fileURLToPath(new URL('../../../', import.meta.url));

const input = {
  type: 'object',
  required: ['owner', 'x-y'],
  properties: {
    state: { enum: ['open', 'closed'] },
    owner: { type: 'string', description: 'Who. */ Really.' },
    'x-y': { type: ['integer', 'null'] },
    labels: { type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'object', properties: { name: { type: 'string' } } }] } },
  },
  additionalProperties: false,
};

test('a signature is one line, required arguments first', () => {
  assert.equal(
    signature(input, { $ref: '#/$defs/full-issue' }, name =>
      name === 'full-issue' ? { type: 'object', properties: { a: {} } } : undefined,
    ),
    '(input: { owner: string; "x-y": number | null; state?: "open" | "closed"; labels?: (string | { name?: string })[] }) => Promise<FullIssue>',
  );
  assert.equal(signature({ type: 'object', properties: {} }, undefined, none), '(input: {}) => Promise<unknown>');
});

test('a signature keeps to its budget but never leaves a required argument out', () => {
  const properties = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`argument${n}`, { type: 'string' }]));
  const short = signature({ type: 'object', properties, required: ['argument59'] }, undefined, none, 120);
  assert.ok(short.length < 150 && short.includes('argument59: string') && /…\d+ more/.test(short), short);
});

test('types that refer to themselves are printed by name, once', () => {
  const tree: JsonSchema = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } } };
  const text = typescript({ path: 'ns.a.b', inputSchema: { type: 'object', properties: { t: { $ref: '#/$defs/tree' } } } }, () => tree);
  assert.equal(text.match(/export type Tree =/g)?.length, 1);
  assert.match(text, /children\?: Tree\[\];/);
});

test('every type printed for GitHub is accepted by the TypeScript compiler', async () => {
  const bytes = readFileSync(join(root, 'node_modules/@octokit/openapi/generated/api.github.com.json'));
  const { tools, definitions } = await openapi.index({ namespace: 'github', bytes });
  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  try {
    const chosen = tools.filter((_, n) => n % 12 === 0);
    for (const { tool } of chosen)
      writeFileSync(
        join(folder, `${tool.path}.ts`),
        typescript(tool, name => definitions.get(name)),
      );
    writeFileSync(join(folder, 'odd.ts'), typescript({ path: 'ns.odd.one', inputSchema: input, description: 'Ends */ here' }, none));
    const files = [...chosen.map(({ tool }) => `${tool.path}.ts`), 'odd.ts'];
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '--noEmit', '--strict', '--skipLibCheck', '--types', '', ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
  } catch (error) {
    assert.fail((error as { stdout?: string }).stdout?.slice(0, 2_000) ?? String(error));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('definitions are declared for the tool at hand, whatever was declared of them for others before', () => {
  const fresh = (): Record<string, JsonSchema> => ({
    Shelf: { type: 'object', properties: { books: { type: 'array', items: { $ref: '#/$defs/Book' } }, room: { $ref: '#/$defs/Room' } } },
    Book: {
      type: 'object',
      properties: { shelf: { $ref: '#/$defs/Shelf' }, room: { anyOf: [{ $ref: '#/$defs/Room' }, { type: 'null' }] } },
    },
    Room: { enum: ['a', 'b'] },
  });
  const table = fresh();
  for (const [path, start, limit] of [
    ['s.a.b', 'Shelf', 80],
    ['s.a.b', 'Shelf', 1],
    ['s.a.b', 'Book', 2],
    ['Book', 'Shelf', 80],
    ['s.a.b', 'Room', 80],
    ['s.a.b', 'Shelf', 2],
    ['s.a.b', 'Shelf', 80],
  ] as const) {
    const tool = { path, inputSchema: { type: 'object', properties: { it: { $ref: `#/$defs/${start}` } } } };
    const unseen = fresh();
    const expected = typescript(tool, name => unseen[name], { limit });
    assert.equal(
      typescript(tool, name => table[name], { limit }),
      expected,
    );
  }
});
