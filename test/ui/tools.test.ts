import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { go, openRig, type Rig, ready, skip } from './rig.ts';

let rig: Rig;
before(async () => {
  if (skip) return;
  rig = await openRig();
  await rig.addShop();
});
after(() => rig?.close());

test('a tool is run from the form made of its schema', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/tools/bookshop/books/search');
  await page.getByRole('textbox', { name: /^q/ }).fill('goose');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('HTTP 200').waitFor();
  await page.getByRole('heading', { name: 'Recent executions' }).waitFor();
  assert.deepEqual(problems, []);
});

test('1,200 tools: the list holds only the rows in view, scrolls to its end, and is filtered by the daemon', { skip }, async () => {
  const github = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  await rig.daemon.api('POST', '/api/sources', { spec: readFileSync(github, 'utf8'), namespace: 'github' });
  await ready(rig.daemon, 'github');
  const { toolCount } = await rig.daemon.api<{ toolCount: number }>('GET', '/api/sources/github');
  assert.ok(toolCount > 1100);

  const { page, problems } = await rig.signedIn('/sources/github');
  const rows = page.locator('.tool-row');
  await page.locator('.group-row').first().waitFor();
  assert.equal(await rows.count(), 0);
  await page.getByRole('button', { name: 'Open all' }).click();
  await rows.first().waitFor();
  const size = Number(await page.locator('.windowed > li').first().getAttribute('aria-setsize'));
  assert.ok(size > toolCount);
  assert.ok((await rows.count()) < 80);
  await rows.first().locator('.decision').waitFor();
  await page.keyboard.press('End');
  await page.locator(`[data-row="${size - 1}"] .tool-row`).waitFor();
  assert.ok((await rows.count()) < 80);

  await page.getByRole('searchbox').fill('create an issue');
  await page.getByText(/^\d+ found$/).waitFor();
  await page.locator('.group-row', { hasText: 'issues' }).first().waitFor();
  await page.locator('[data-row="0"] [data-focus]').focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row')), '1');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Run' }).waitFor();
  assert.deepEqual(problems, []);
});

test('executions that come in move the rows that are there, and write none of them anew', { skip }, async () => {
  const call = (q: string) => rig.daemon.api('POST', '/api/tools/invoke/bookshop.books.search', { q });
  await call('first');
  const { page, problems } = await rig.signedIn('/executions');
  const first = page.locator('[data-row="0"]', { hasText: 'q: first' });
  await first.getByText('done').waitFor();
  await first.evaluate(row => {
    row.id = 'marked';
  });
  await call('second');
  await page.locator('[data-row="0"]', { hasText: 'q: second' }).waitFor();
  const marked = page.locator('#marked');
  assert.equal(await marked.getAttribute('data-row'), '1');
  assert.match((await marked.textContent())!, /q: first/);
  const [above, below] = [await page.locator('[data-row="0"]').boundingBox(), await marked.boundingBox()];
  assert.equal(Math.round(above!.y + above!.height), Math.round(below!.y));
  assert.deepEqual(problems, []);
});

test('a search is told with each key, and follows the address', { skip }, async () => {
  const { page } = await rig.signedIn('/executions');
  const field = page.getByRole('searchbox');
  await field.pressSequentially('goose');
  await page.waitForURL(url => url.searchParams.get('q') === 'goose');
  await go(page, '/executions');
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[type="search"]')?.value === '');
  await field.fill('nothing like it');
  await page.getByText('Nothing matches').waitFor();
  await field.press('Escape');
  await page.waitForURL(url => url.searchParams.get('q') === null);
  await page.locator('.execution-row').first().waitFor();
});

test('a rule for many tools says first what it changes, and is taken back with one click', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/sources/bookshop');
  await page.getByRole('button', { name: 'Set policy' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set a policy' });
  await dialog.getByRole('radio', { name: 'Block' }).check();
  await dialog.getByText(/It covers 5 tools and changes/).waitFor();
  await dialog.getByRole('button', { name: 'Set rule' }).click();
  await page.locator('.tool-row .decision.block').first().waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.tool-row .decision.block').first().waitFor({ state: 'detached' });
  assert.deepEqual((await rig.daemon.api<{ items: unknown[] }>('GET', '/api/policies')).items, []);
  assert.deepEqual(problems, []);
});
