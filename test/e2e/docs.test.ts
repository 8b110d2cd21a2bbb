import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../cli/commands.ts';
import { EXIT_OF_FAULT } from '../../cli/exit-codes.ts';
import { type Bookshop, openBookshop } from '../../demo/bookshop.ts';
import { STATUS } from '../../transports/http/status.ts';
import { examplesOf, golden, page } from './example.ts';
import { openShell } from './shell.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pages = readdirSync(join(ROOT, 'docs'))
  .filter(name => name.endsWith('.md'))
  .map(name => `docs/${name}`);

let shop: Bookshop;
before(async () => {
  shop = await openBookshop();
});
after(() => shop.close());

for (const path of pages) {
  const { runs, unrun } = examplesOf(page(path));

  test(`${path}: every shell command runs in a test, or says why it does not`, () => {
    assert.deepEqual(
      unrun.filter(({ reason }) => reason === undefined),
      [],
    );
  });

  if (runs.length > 0) {
    test(`${path}: its ${runs.length} shell examples run as printed`, async t => {
      const end: (() => unknown)[] = [];
      t.after(async () => {
        for (const fn of end) await fn();
      });
      const shell = openShell({ after: fn => void end.unshift(fn) });
      end.unshift(() => shell.run({ commands: 'executor daemon stop', files: {} }));
      await shell.run({ commands: 'executor daemon start', files: {} });
      for (const example of runs) {
        const place = shop.url.replace('/openapi.json', '');
        const { code, stdout, stderr } = await shell.run(example, { 'http://127.0.0.1:4789': place });
        const said = `${path}, line ${example.line}\n${stdout}${stderr}`;
        assert.equal(code, example.exits, said);
        if (example.exits === 0) assert.doesNotMatch(stderr, /^[a-z_]+: |Error/, said);
        const names = { [shell.url()]: 'http://127.0.0.1:4788', [place]: 'http://127.0.0.1:4789' };
        if (example.printed !== undefined) assert.equal(golden(stdout + stderr, names), golden(example.printed), said);
      }
    });
  }

  test(`${path}: its links lead somewhere, and JSON is JSON`, () => {
    const text = page(path);
    const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
    for (const [, target] of prose.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g))
      assert.ok(existsSync(join(ROOT, dirname(path), target!)), `${path} links to ${target}`);
    for (const [, json] of text.matchAll(/```json\n([\s\S]*?)```/g)) JSON.parse(json!);
  });
}

test('docs/cli.md shows every command there is', () => {
  const shells = [...page('docs/cli.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(match => match[1]).join('\n');
  const missing = commands
    .filter(({ name, hidden }) => !hidden && !new RegExp(`(^|\\| )executor ${name}\\b`, 'm').test(shells))
    .map(({ name }) => name);
  assert.deepEqual(missing, []);
});

test('docs/http.md has every code with its status and its exit code', () => {
  const rows = [...page('docs/http.md').matchAll(/^\| (`[a-z_`, ]+`) +\| (\d+) +\| (\d) +\|$/gm)];
  const said = rows.flatMap(([, codes, status, exit]) =>
    codes!.split(', ').map(code => [code.replaceAll('`', ''), Number(status), Number(exit)] as const),
  );
  const real = Object.entries(STATUS).map(([code, status]) => [code, status, EXIT_OF_FAULT[code as keyof typeof STATUS]] as const);
  const byCode = (one: readonly unknown[], other: readonly unknown[]) => String(one[0]).localeCompare(String(other[0]));
  assert.deepEqual([...said].sort(byCode), real.sort(byCode));
});

test('every page is reached from the README', () => {
  for (const path of pages) assert.ok(page('README.md').includes(`](${path})`), path);
});
