import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { StepOutcome } from '../../../runtime/sandbox/protocol.ts';
import { type Answer, failed, fault, ok, openPool } from './host.ts';

/** Programs as models write them, against a small shop. */

const pool = openPool({ size: 2 });
after(() => pool.close());

const books = Array.from({ length: 25 }, (_, i) => ({ id: i + 1, title: `Book ${i + 1}`, price: 5 + i, stock: i % 4 }));

/** Answers like a bookshop; `refused` calls are denied, and the first `busy` calls are rate limited. */
function shop({ refused = [], busy = 0 }: { refused?: number[]; busy?: number } = {}): Answer {
  let left = busy;
  return (step, { path, input, query }): StepOutcome => {
    if (step.kind === 'sleep') return { ok: true };
    if (step.kind === 'search') return ok({ items: [{ path: 'shop.books.list', description: `found for ${query}` }] });
    if (step.kind === 'describe') return ok({ path, inputSchema: { type: 'object' } });
    if (left-- > 0) return failed('upstream_http_error', 'Too many requests', { status: 429, details: { retryAfter: 1 } });
    const { id, page = 1, perPage = 10 } = input as { id?: number; page?: number; perPage?: number };
    if (id !== undefined && refused.includes(id))
      return failed('approval_denied', 'A person declined this call.', { details: { note: 'too dear' } });
    if (path === 'shop.books.list')
      return ok({ items: books.slice((page - 1) * perPage, page * perPage), next: page * perPage < books.length ? page + 1 : null });
    if (path === 'shop.books.get') return books[id! - 1] ? ok(books[id! - 1]) : failed('upstream_http_error', 'Not Found', { status: 404 });
    if (path === 'shop.orders.create') return ok({ order: id });
    return failed('tool_not_found', `There is no tool ${path}. Did you mean shop.books.list?`, {
      details: { suggestions: ['shop.books.list'] },
    });
  };
}

const SCRIPTS: [title: string, code: string, expected: unknown, world?: Parameters<typeof shop>[0]][] = [
  [
    'pagination',
    'const all = [];\nlet page = 1;\nwhile (page) {\n  const { items, next } = await tools.shop.books.list({ page, perPage: 10 });\n  all.push(...items);\n  page = next;\n}\nreturn all.length;',
    25,
  ],
  [
    'pagination with an async generator',
    'async function* pages() { let page = 1; while (page) { const r = await tools.shop.books.list({ page }); yield* r.items; page = r.next } }\nlet n = 0; for await (const book of pages()) n += book.price;\nn',
    425,
  ],
  [
    'fan-out over many',
    'const ids = Array.from({ length: 20 }, (_, i) => i + 1);\nconst found = await Promise.all(ids.map(id => tools.shop.books.get({ id })));\nfound.reduce((sum, b) => sum + b.price, 0)',
    290,
  ],
  [
    'fan-out in batches',
    'const out = [];\nfor (let i = 1; i <= 9; i += 3) {\n  out.push(...(await Promise.all([i, i + 1, i + 2].map(id => tools.shop.books.get({ id })))).map(b => b.id));\n}\nout',
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  ],
  [
    'retry on 429 with backoff',
    'async function retry<T>(work: () => Promise<T>, most = 5): Promise<T> {\n  for (let i = 0; ; i++) {\n    try { return await work() } catch (e: any) {\n      if (!(e instanceof ToolError) || e.status !== 429 || i >= most) throw e;\n      await sleep(2 ** i * 100);\n    }\n  }\n}\nconst b = await retry(() => tools.shop.books.get({ id: 3 }));\nreturn b.title',
    'Book 3',
    { busy: 3 },
  ],
  [
    'aggregation',
    'const { items } = await tools.shop.books.list({ perPage: 25 });\nconst by = Object.groupBy(items, b => b.stock === 0 ? "out" : "in");\nreturn { out: by.out.length, in: by.in.length, dearest: items.toSorted((a, b) => b.price - a.price)[0].id }',
    { out: 7, in: 18, dearest: 25 },
  ],
  [
    'two approvals in a row',
    'const first = await tools.shop.orders.create({ id: 1 });\nconst second = await tools.shop.orders.create({ id: first.order + 1 });\nreturn [first, second]',
    [{ order: 1 }, { order: 2 }],
  ],
  [
    'allSettled with denials',
    'const r = await Promise.allSettled([1, 2, 3].map(id => tools.shop.orders.create({ id })));\nreturn r.map(x => x.status === "fulfilled" ? x.value.order : x.reason.code + ": " + x.reason.details.note)',
    [1, 'approval_denied: too dear', 3],
    { refused: [2] },
  ],
  [
    'the reasons of allSettled as they are',
    'return (await Promise.allSettled([tools.shop.orders.create({ id: 2 })]))[0].reason',
    { name: 'ToolError', code: 'approval_denied', message: 'A person declined this call.', details: { note: 'too dear' } },
    { refused: [2] },
  ],
  ['any of several', 'const b = await Promise.any([tools.shop.books.get({ id: 99 }), tools.shop.books.get({ id: 2 })]); b.id', 2],
  [
    'a race with a timeout',
    'const timeout = (ms: number) => new Promise<never>((_, no) => setTimeout(() => no(new Error("late")), ms));\nreturn (await Promise.race([tools.shop.books.get({ id: 1 }), timeout(1000)])).id',
    1,
  ],
  [
    'a catch that goes on',
    'let title;\ntry { title = (await tools.shop.books.get({ id: 404 })).title } catch (err) { title = err.code + " " + err.status }\ntitle',
    'upstream_http_error 404',
  ],
  [
    'search, then call what was found',
    'const { items } = await tools.$search("list books", { limit: 1 });\nconst path = items[0].path;\nconst { items: found } = await tools[path]({ perPage: 2 });\nreturn [path, found.length]',
    ['shop.books.list', 2],
  ],
  ['describe', 'const d = await tools.$describe("shop.books.get"); d.inputSchema.type', 'object'],
  [
    'a namespace kept in a variable',
    'const { books } = tools.shop;\nconst get = books.get;\nreturn (await get({ id: 5 })).title',
    'Book 5',
  ],
  ['a path put together', 'const kind = "books";\nreturn (await tools.shop[kind]["get"]({ id: 6 })).id', 6],
  [
    'a fenced block with talk around it',
    'Here is the program:\n\n```typescript\nconst b: { id: number } = await tools.shop.books.get({ id: 7 });\nreturn b.id;\n```\nIt reads one book.',
    7,
  ],
  ['an async arrow function', 'async () => {\n  const b = await tools.shop.books.get({ id: 8 });\n  return b.id;\n}', 8],
  ['an arrow function that wants its tools', 'async ({ tools }) => (await tools.shop.books.get({ id: 9 })).id', 9],
  [
    'export default',
    'interface Book { id: number }\nexport default async function main(): Promise<number> {\n  const b = await tools.shop.books.get({ id: 10 }) as Book;\n  return helper(b);\n}\nfunction helper(b: Book) { return b.id }',
    10,
  ],
  ['a main that is called last', 'async function main() { return (await tools.shop.books.get({ id: 11 })).id }\n\nmain();', 11],
  ['an immediately called function', '(async () => (await tools.shop.books.get({ id: 12 })).id)()', 12],
  [
    'classes, generics, enums and satisfies',
    'enum Level { Low = 1, High }\nclass Cart<T extends { price: number }> {\n  private items: T[] = [];\n  constructor(readonly owner: string) {}\n  add(item: T): this { this.items.push(item); return this }\n  get total(): number { return this.items.reduce<number>((s, i) => s + i.price, 0) }\n}\nconst cart = new Cart<{ price: number }>("me");\nfor (const id of [1, 2]) cart.add(await tools.shop.books.get({ id }));\nreturn { total: cart.total, level: Level.High, owner: cart.owner } satisfies object',
    { total: 11, level: 2, owner: 'me' },
  ],
  [
    'maps, sets and dates in the result',
    'return { m: new Map([["a", 1]]), s: new Set([1, 2]), d: new Date(0), n: 10n, u: undefined }',
    { m: { a: 1 }, s: [1, 2], d: '1970-01-01T00:00:00.000Z', n: '10' },
  ],
  [
    'a worker queue of three',
    'const queue = [1, 2, 3, 4, 5, 6, 7];\nconst done: number[] = [];\nasync function worker() { while (queue.length) { const id = queue.shift()!; done.push((await tools.shop.books.get({ id })).id) } }\nawait Promise.all([worker(), worker(), worker()]);\nreturn done.sort((a, b) => a - b)',
    [1, 2, 3, 4, 5, 6, 7],
  ],
];

for (const [title, code, expected, world] of SCRIPTS) {
  test(`a script: ${title}`, async () => {
    const told = await pool.run({ code }, shop(world)).told;
    assert.deepEqual(told.result, expected, JSON.stringify(told.outcome).slice(0, 500));
  });
}

const LINES: [title: string, code: string, expected: RegExp, code?: string][] = [
  [
    'an exception names its line',
    'interface A {\n  x: number;\n}\nconst a: A | null = null;\nreturn a!.x;',
    /^TypeError: .*'x' of null \(line 5\)$/,
  ],
  [
    'a denied call names the line that asked',
    '\nconst id: number = 2;\nawait tools.shop.orders.create({ id });',
    /^A person declined this call\. \(line 3\)$/,
    'approval_denied',
  ],
  [
    'a wrong name comes with the near ones',
    'await tools.shop.books.lst()',
    /Did you mean shop\.books\.list\? \(line 1\)$/,
    'tool_not_found',
  ],
  ['a syntax error names its line', 'const a = 1;\nconst b = ;\n', /^The code cannot be read, line 2: /],
  ['lines count from the fence', '```js\nconst a = 1;\nnull.x;\n```', /\(line 3\)$/],
  ['an import is refused in words', 'const a = 1;\nimport fs from "fs";', /^The code cannot be read, line 2: Programs have no modules/],
  [
    'a listing is refused in words',
    'for (const t of Object.keys(tools.shop)) {}',
    /tools\.shop cannot be listed.*tools\.\$search\(.*source: "shop"/,
  ],
  [
    'a fetch is refused in words',
    'await fetch("https://example.com")',
    /^TypeError: fetch is not available here: programs have no network/,
  ],
  [
    'an array as input is refused in words',
    'await tools.shop.books.get([1])',
    /The input of tools\.shop\.books\.get must be an object, not an array\. \(line 1\)$/,
  ],
  [
    'all of any were rejected: the first is told',
    'await Promise.any([tools.shop.orders.create({ id: 2 })])',
    /^A person declined/,
    'approval_denied',
  ],
  [
    'an error in a timer ends the program',
    'setTimeout(() => { throw new RangeError("late") }, 5);\nawait sleep(10); await sleep(10); return 1',
    /^RangeError: late \(line 1\)$/,
  ],
];

for (const [title, code, expected, named = 'invalid_arguments'] of LINES) {
  test(title, async () => {
    const { code: actual, message } = fault(await pool.run({ code }, shop({ refused: [2] })).told);
    assert.match(message, expected);
    assert.equal(actual, named);
  });
}

test('calls carry their options, their line and their place; output comes in order', async () => {
  const code =
    'console.log("start", { a: 1 });\nemit({ type: "text", text: "hello" });\nawait tools.shop.books.get({ id: 1 }, { connection: "work", idempotencyKey: "k" });\nconsole.error("end");';
  const { steps, output, result } = await pool.run({ code }, shop()).told;
  assert.deepEqual(
    steps.map(({ n, kind, line, request }) => ({ n, kind, line, request: JSON.parse(request) })),
    [{ n: 1, kind: 'call', line: 3, request: { path: 'shop.books.get', input: { id: 1 }, connection: 'work', idempotencyKey: 'k' } }],
  );
  assert.deepEqual(output, [
    { i: 0, kind: 'log', level: 'info', text: 'start {"a":1}', line: 1 },
    { i: 1, kind: 'emit', json: '{"type":"text","text":"hello"}', line: 2 },
    { i: 2, kind: 'log', level: 'error', text: 'end', line: 4 },
  ]);
  assert.equal(result, null);
});
