import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openRig, type Rig, shopDocument } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addShop();
});
after(() => rig.close());

const golden = async (...args: string[]) => {
  const { code, stdout, stderr } = await rig.run(args);
  return { code, stdout: rig.golden(stdout), stderr: rig.golden(stderr) };
};
const ok = (stdout: string, stderr = '') => ({ code: 0, stdout, stderr });
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await rig.run([...args, '--json']);
  assert.equal(stdout.split('\n').length, 2, `one line: ${stdout}`);
  return { code, value: JSON.parse(stdout), stderr };
};

test('add: a file by a relative path, from another directory; a URL; stdin; a taken name; nonsense', async () => {
  const { run, shop } = rig;
  const file = await run(['add', './my spec.json', '--name', 'byFile', '--allow-private']);
  assert.deepEqual({ ...file, stdout: rig.golden(file.stdout) }, ok('byFile is ready: 3 tools at <shop>\n'));
  assert.deepEqual(
    await golden('add', `${shop.url}/openapi.json`, '--name', 'byUrl', '--allow-private'),
    ok('byUrl is ready: 3 tools at <shop>\n'),
  );
  const piped = await run(['add', '-', '--name', 'piped', '--base-url', `${shop.url}/v2`, '--json'], {
    input: JSON.stringify(shopDocument(shop.url)),
  });
  const view = JSON.parse(piped.stdout);
  assert.deepEqual([view.namespace, view.state, view.toolCount, view.baseUrl], ['piped', 'ready', 3, `${shop.url}/v2`]);
  const taken = await golden('add', `${shop.url}/openapi.json`, '--name', 'shop');
  assert.equal(taken.code, 1);
  assert.equal(taken.stdout, '');
  assert.match(taken.stderr, /^source_exists: /);
  const nonsense = await run(['add', '-', '--name', 'nonsense'], { input: 'hello' });
  assert.equal(nonsense.code, 1);
  assert.match(nonsense.stderr, /^source_not_recognised: /);
  const priv = await golden('add', `${shop.url}/openapi.json`, '--name', 'private');
  assert.equal(priv.code, 1);
  assert.match(priv.stderr, /^egress_refused: .*--allow-private/);
  for (const name of ['byFile', 'byUrl', 'piped', 'nonsense', 'private']) await run(['remove', name]);
});

test('add: what is too large is refused at once', async () => {
  const file = join(rig.home, 'large.yaml');
  writeFileSync(file, Buffer.alloc(129 * 1024 * 1024, 'x'));
  const { code, stdout, stderr } = await rig.run(['add', file]);
  rmSync(file);
  assert.deepEqual(
    { code, stdout, stderr },
    { code: 1, stdout: '', stderr: 'body_too_large: the body has 129.0 MiB, and no more than 128 MiB are taken\n' },
  );
});

test('add sends headers, and prints none', async () => {
  const args = [
    'add',
    `${rig.shop.url}/openapi.json`,
    '--name',
    'keyed',
    '--allow-private',
    '--header',
    'X-One=secret-one',
    '--header-from-env',
    'X-Two=TWO',
  ];
  const { code, stdout, stderr } = await rig.run(args, { env: { TWO: 'secret-two' } });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout + stderr, /secret/);
  await rig.run(['call', 'keyed', 'books', 'list']);
  const { headers } = rig.shop.arrived.at(-1)!;
  assert.deepEqual([headers['x-one'], headers['x-two']], ['secret-one', 'secret-two']);
  assert.doesNotMatch((await rig.run(['sources', '--json'])).stdout, /secret-/);
  await rig.run(['remove', 'keyed']);
});

test('the alias users know', async () => {
  const input = JSON.stringify({ spec: `${rig.shop.url}/openapi.json`, namespace: 'alias', baseUrl: rig.shop.url, allowPrivate: true });
  const { code, stdout, stderr } = await rig.run(['call', 'executor', 'openapi', 'addSource', input]);
  assert.deepEqual({ code, stdout: rig.golden(stdout), stderr }, ok('alias is ready: 3 tools at <shop>\n'));
  assert.deepEqual(await golden('remove', 'alias'), ok('alias is removed\n'));
});

test('sources', async () => {
  const { code, stdout } = await golden('sources');
  assert.equal(code, 0);
  assert.match(stdout, /^NAMESPACE +KIND +STATE +TOOLS +LAST ERROR\n/);
  assert.match(stdout, /^shop +openapi +ready +3 +-$/m);
  const { value } = await json('sources');
  assert.equal(value.items.find((each: { namespace: string }) => each.namespace === 'shop').toolCount, 3);
  assert.match((await golden('tools', 'sources')).stdout, /^shop +openapi +3 +Shop$/m);
});

test('refresh and remove', async () => {
  assert.equal((await golden('refresh', 'shop')).code, 0);
  assert.deepEqual((await json('refresh', 'shop')).value, { added: [], changed: [], removed: [], held: [] });
  for (const command of ['refresh', 'remove']) {
    const { code, stdout, stderr } = await golden(command, 'nope');
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^source_not_found: /);
  }
});

test('tools', async () => {
  const search = await golden('tools', 'search', 'order', 'a', 'book', '--limit', '1');
  assert.deepEqual(search, ok('PATH                EFFECT  DESCRIPTION\nshop.orders.create  write   Order a book\n'));
  const { value } = await json('tools', 'search', 'order a book', '--limit', '1');
  assert.equal(value.items[0].path, 'shop.orders.create');
  assert.equal(value.items[0].effect, 'write');

  const list = await golden('tools', 'list', 'shop.books');
  assert.deepEqual(
    list,
    ok(
      'PATH               EFFECT  DESCRIPTION\nshop.books.broken  read    Always fails\nshop.books.list    read    List the books there are\n',
    ),
  );
  assert.equal((await json('tools', 'list', 'shop')).value.items.length, 3);
  assert.deepEqual(await golden('tools', 'list', 'shop.zzz'), ok('', 'No tools below shop.zzz\n'));

  const describe = await golden('tools', 'describe', 'shop', 'orders', 'create');
  assert.equal(describe.code, 0);
  assert.match(describe.stdout, /^shop\.orders\.create {2}write, ask \(default:write\)\nOrder a book\n/);
  assert.match(describe.stdout, /^book +integer +yes +Which book$/m);
  assert.equal((await json('tools', 'describe', 'shop.orders.create')).value.policy.decision, 'ask');

  const unknown = await golden('tools', 'describe', 'shop.orders.creat');
  assert.deepEqual({ code: unknown.code, stdout: unknown.stdout }, { code: 1, stdout: '' });
  assert.match(unknown.stderr, /^tool_not_found: [\s\S]*shop\.orders\.create/);
  const asJson = await json('tools', 'describe', 'shop.orders.creat');
  assert.equal(asJson.code, 1);
  assert.equal(asJson.value.error.code, 'tool_not_found');
});

test('call: data on stdout', async () => {
  assert.deepEqual(await golden('call', 'shop', 'books', 'list'), ok('[\n  {\n    "id": 1,\n    "title": "Dune"\n  }\n]\n'));
  const { code, value } = await json('call', 'shop.books.list', 'genre=scifi');
  assert.equal(code, 0);
  assert.deepEqual([value.ok, value.data, value.http.status], [true, [{ id: 1, title: 'Dune' }], 200]);
  assert.equal(rig.shop.arrived.at(-1)!.path, '/books?genre=scifi');
});

test('call: arguments from a file, from stdin, and with a dash', async () => {
  const file = join(rig.home, 'my input.json');
  writeFileSync(file, '{"genre":"from file"}');
  assert.equal((await rig.run(['call', 'shop.books.list', `@${file}`])).code, 0);
  assert.equal(rig.shop.arrived.at(-1)!.path, '/books?genre=from%20file');
  assert.equal((await rig.run(['call', 'shop.books.list', '-'], { input: '{"genre":"from stdin"}' })).code, 0);
  assert.equal(rig.shop.arrived.at(-1)!.path, '/books?genre=from%20stdin');
  assert.equal((await rig.run(['call', 'shop.books.list', '-'])).code, 2, 'a closed stdin is an empty one');
  assert.equal((await rig.run(['call', 'shop.books.list', '--', 'genre=-x', '--'])).code, 2);
  assert.equal((await rig.run(['call', 'shop.books.list', 'genre=-🙂 x'])).code, 0);
  assert.equal(rig.shop.arrived.at(-1)!.path, `/books?genre=${encodeURIComponent('-🙂 x')}`);
});

test("call: a number stays text where the tool's schema says text", async () => {
  assert.equal((await rig.run(['call', 'shop.books.list', 'genre=123'])).code, 0);
  assert.equal(rig.shop.arrived.at(-1)!.path, '/books?genre=123');
});

test('call: a failure of the tool, wrong arguments, an unknown tool', async () => {
  const broken = await golden('call', 'shop.books.broken');
  assert.deepEqual({ code: broken.code, stdout: broken.stdout }, { code: 1, stdout: '' });
  assert.match(broken.stderr, /^upstream_http_error: [\s\S]*out of paper[\s\S]*see {3}executor executions show <id>\n$/);
  const { code, value } = await json('call', 'shop.books.broken');
  assert.deepEqual([code, value.ok, value.error.code, value.http.status], [1, false, 'upstream_http_error', 500]);

  const wrong = await golden('call', 'shop.books.list', 'gerne=x');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^invalid_arguments: [\s\S]*genre/);
  const unknown = await golden('call', 'shop', 'book', 'list');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^tool_not_found: [\s\S]*shop\.books\.list/);
});

test('call --help browses groups, tools, and shows parameters', async () => {
  assert.deepEqual(
    await golden('call', 'shop', '--help'),
    ok('shop  3 tools\n\nGROUP        TOOLS\nshop.books       2\nshop.orders      1\n'),
  );
  assert.deepEqual(
    await golden('call', 'shop', 'books', '--help', '--limit', '1'),
    ok(
      'shop.books  2 tools\n\nPATH               EFFECT  DESCRIPTION\nshop.books.broken  read    Always fails\n',
      '… and 1 more: --limit 2, or --match <text>\n',
    ),
  );
  assert.deepEqual(
    await golden('call', 'shop', '--help', '--match', 'ORDER'),
    ok('shop  1 tool matching "order"\n\nPATH                EFFECT  DESCRIPTION\nshop.orders.create  write   Order a book\n'),
  );
  const tool = await golden('call', 'shop', 'orders', 'create', '--help');
  assert.equal(tool.code, 0);
  assert.match(tool.stdout, /^PARAMETER +TYPE +REQUIRED +DESCRIPTION\nbook +integer +yes +Which book\n/m);
  assert.match(tool.stdout, /^ {2}executor call shop orders create '\{.*\}'$/m);
  const { value } = await json('call', 'shop', '--help');
  assert.deepEqual([value.total, value.groups.length, value.tools.length], [3, 2, 0]);
  assert.equal((await golden('call', 'zzz', '--help')).code, 1);
});

test('policy', async () => {
  assert.deepEqual(await golden('policy', 'list'), ok('', 'No rules: reads run, everything else asks.\n'));
  assert.deepEqual(await golden('policy', 'set', 'shop.books.*', 'block'), ok('<policy>  block  shop.books.*\n'));
  assert.match((await golden('policy', 'list')).stdout, /^ID +DECISION +PATTERN\n<policy> +block +shop\.books\.\*\n$/);
  assert.deepEqual(
    await golden('policy', 'explain', 'shop', 'books', 'list'),
    ok('block: shop.books.list is decided by <policy> (shop.books.*)\nBecause the rule shop.books.* covers it.\n'),
  );
  const blocked = await golden('call', 'shop.books.list');
  assert.deepEqual({ code: blocked.code, stdout: blocked.stdout }, { code: 5, stdout: '' });
  assert.match(blocked.stderr, /^tool_blocked: /);
  assert.equal((await json('policy', 'list')).value.items[0].decision, 'block');
  assert.deepEqual(await golden('policy', 'remove', 'shop.books.*'), ok('<policy>  shop.books.* is removed\n'));
  assert.equal((await golden('policy', 'remove', 'shop.books.*')).code, 1);
  assert.equal((await golden('policy', 'set', 'not a pattern!', 'allow')).code, 1);
});
