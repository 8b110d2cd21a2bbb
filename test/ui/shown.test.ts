import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRig, type Rig, skip } from './rig.ts';
import { addEverything } from './world.ts';

let rig: Rig;
before(async () => {
  if (skip) return;
  rig = await openRig();
  await rig.addShop();
});
after(() => rig?.close());

test('a tool shows what it is written as, is run with JSON, and its answer is a table that can be a tree', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/tools/bookshop/books/search');
  await page.getByRole('tab', { name: 'TypeScript' }).click();
  await page.getByRole('tabpanel').getByText('BookshopBooksSearchInput').first().waitFor();
  await page.getByRole('tab', { name: 'Sample' }).click();
  await page.getByRole('tabpanel').getByText('Sample input').waitFor();

  await page.getByRole('radio', { name: 'JSON' }).check();
  const input = page.getByRole('textbox', { name: 'Input' });
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await input.fill('{ "q": goose');
  assert.equal(await run.getAttribute('aria-disabled'), 'true');
  await input.fill('{ "q": "goose" }');
  await run.click();
  await page.getByRole('columnheader', { name: 'author' }).waitFor();
  await page.getByRole('cell', { name: 'The Wild Goose Chase' }).waitFor();
  await page.getByRole('button', { name: 'Tree' }).click();
  await page.locator('.result .json-key', { hasText: 'items' }).waitFor();
  assert.equal(await page.getByRole('table').count(), 0);
  assert.deepEqual(problems, []);
});

test('of several accounts the one to call with is chosen', { skip }, async () => {
  for (const name of ['home', 'work']) await rig.daemon.api('POST', '/api/connections', { source: 'bookshop', name, method: 'none' });
  const { page, problems } = await rig.signedIn('/tools/bookshop/books/search');
  await page.locator('.run-actions').getByRole('combobox').selectOption('work');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const shown = page.getByRole('link', { name: 'Show the execution' });
  const id = (await shown.getAttribute('href'))!.split('/').at(-1)!;
  await rig.settled(id);
  const actor = await rig.daemon.api<{ state: string; context: { connection?: string } }>('GET', `/api/actors/call:${id}`);
  assert.deepEqual([actor.state, actor.context.connection], ['done', 'work']);
  assert.deepEqual(problems, []);
});

test('pictures and texts of an MCP tool are shown as what they are', { skip }, async () => {
  await addEverything(rig.daemon);
  await rig.daemon.api('PUT', '/api/policies', { pattern: 'everything.*', decision: 'allow' });
  const call = async (tool: string, input: unknown) =>
    (await rig.daemon.api<{ executionId: string }>('POST', `/api/tools/invoke/everything.${tool}`, input)).executionId;
  const picture = await call('get-tiny-image', {});
  const text = await call('echo', { message: 'line one' });
  const { page, problems } = await rig.signedIn(`/executions/${picture}`);
  const image = page.getByRole('img', { name: 'What the tool answered, image/png' });
  await image.waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('img.picture')?.naturalWidth);
  await page.goto(`${rig.daemon.url}/executions/${text}`);
  await page.locator('.text-result', { hasText: 'Echo: line one' }).waitFor();
  await page.getByRole('button', { name: 'Tree' }).click();
  await page.locator('.result .json-key', { hasText: 'content' }).waitFor();
  assert.deepEqual(problems, []);
});

test('what a client is connected with is copied as it stands', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  const copies = async (text: string) => {
    await page.getByRole('tabpanel').getByRole('button', { name: 'Copy' }).first().click();
    await page.waitForFunction(async wanted => (await navigator.clipboard.readText()) === wanted, text);
  };
  await page.getByRole('tab', { name: 'Claude Code' }).click();
  await copies(`claude mcp add --transport http executor ${rig.daemon.url}/mcp`);
  await page.getByRole('tab', { name: 'Claude Code' }).press('ArrowRight');
  await page.getByText('~/.cursor/mcp.json').waitFor();
  await copies(JSON.stringify({ mcpServers: { executor: { url: `${rig.daemon.url}/mcp` } } }, null, 2));
  assert.deepEqual(problems, []);
});

test('a source that is being made tools of says how far it is, live', { skip }, async () => {
  const { page, problems } = await rig.page();
  let tell: (view: object) => void = () => {};
  await page.routeWebSocket(/\/ws$/, socket => {
    socket.connectToServer();
    let seq = 0;
    tell = view => socket.send(JSON.stringify({ type: 'view', topic: 'sources', id: 'github', seq: ++seq, cursor: 0, view }));
  });
  await page.goto(await rig.daemon.link());
  await page.getByText(/^Live/).waitFor();
  await page.goto(`${rig.daemon.url}/sources/github`);
  await page.getByText('There is no such source').waitFor();
  const source = { namespace: 'github', name: 'GitHub', toolCount: 0, revision: 0, addedAt: new Date().toISOString() };
  const step = page.locator('.progress [aria-current="step"]');
  tell({ ...source, kind: null, state: 'detecting' });
  await step.getByText('Detecting').waitFor();
  tell({ ...source, kind: 'openapi', state: 'indexing', progress: { done: 412, total: 1223 } });
  await step.getByText('412 / 1,223').waitFor();
  assert.equal(await step.getByRole('progressbar').getAttribute('value'), '412');
  tell({ ...source, kind: 'openapi', state: 'indexing', progress: { done: 1223, total: 1223 } });
  await step.getByText('1,223 / 1,223').waitFor();
  assert.deepEqual(problems, []);
});
