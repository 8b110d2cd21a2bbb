import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openRig, type Rig, skip } from './rig.ts';

let rig: Rig;
before(async () => {
  if (!skip) rig = await openRig();
});
after(() => rig?.close());

const description = readFileSync(fileURLToPath(new URL('../../demo/bookshop.json', import.meta.url)), 'utf8');
const EVERYTHING = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url));

test('a file that is dropped is looked at, and becomes tools', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/add');
  await page.getByLabel(/Address of the API/).waitFor();
  const dropped = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'bookshop.json', { type: 'application/json' }));
    return transfer;
  }, description);
  await page.dispatchEvent('.description-field', 'drop', { dataTransfer: dropped });
  await page.getByText('bookshop.json').waitFor();
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  assert.equal(await name.inputValue(), 'bookshop');
  await page.getByRole('textbox', { name: 'Calls go to' }).fill('not an address');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByRole('alert').getByText('invalid_arguments').waitFor();
  await page.getByRole('textbox', { name: 'Calls go to' }).fill('https://shop.example');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByText('5 tools are ready').waitFor();
  assert.deepEqual(problems, []);
});

test('a document that is pasted is told from an address, and a name that is taken is refused before it is sent', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/add');
  const field = page.getByLabel(/Address of the API/);
  await field.fill(
    'openapi: 3.1.0\ninfo: {title: Weather API, version: "1"}\nservers: [{url: https://weather.example}]\npaths:\n  /now: {get: {operationId: now, responses: {"200": {description: ok}}}}\n',
  );
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.waitFor();
  assert.equal(await name.inputValue(), 'weather');
  await name.fill('bookshop');
  await page.getByText('There is already a source called bookshop.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Add source' }).getAttribute('aria-disabled'), 'true');
  await name.fill('weather');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByText('One tool is ready').waitFor();
  assert.deepEqual(problems, []);
});

test('a command is shown word by word before it is started, and its tools are those of its server', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/add');
  await page.getByLabel(/Address of the API/).fill(`node ${EVERYTHING}`);
  await page.getByText('A program will be started on this machine').waitFor();
  await page.getByRole('listitem').getByText(EVERYTHING).waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('everything');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByText(/tools are ready/).waitFor();
  await page.getByRole('link', { name: 'See the tools' }).click();
  await page.getByRole('link', { name: /^get-sum/ }).waitFor();
  assert.deepEqual(problems, []);
});

test('the palette runs a tool: its page opens with the first argument to fill in', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search and commands' }).fill('bookshop search books');
  await page.getByRole('option', { name: /bookshop\.books\.search/ }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Run' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  await page.keyboard.type('goose');
  assert.equal(await page.getByRole('textbox', { name: /^q/ }).inputValue(), 'goose');
  assert.deepEqual(problems, []);
});

test('the configuration is exported, changed, planned and imported; what each source may reach is changed with a click', {
  skip,
}, async () => {
  const { page, problems } = await rig.signedIn('/settings');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const config = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
  assert.equal(config.sources.bookshop.baseUrl, 'https://shop.example');
  config.policies = [{ pattern: 'bookshop.**', decision: 'block' }];
  delete config.sources.weather;
  const file = { name: 'executor.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(config)) };
  await page.getByLabel('Configuration file').setInputFiles(file);
  await page.getByText('add policy bookshop.**').waitFor();
  assert.equal(await page.getByText('remove source weather').count(), 0);
  await page.getByRole('checkbox', { name: 'Also remove what is set up' }).check();
  await page.getByText('remove source weather').waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Imported', { exact: true }).waitFor();
  const { items } = await rig.daemon.api<{ items: { namespace: string }[] }>('GET', '/api/sources');
  assert.equal(
    items.some(({ namespace }) => namespace === 'weather'),
    false,
  );
  await page.getByLabel('Configuration file').setInputFiles({ ...file, buffer: Buffer.from('{') });
  await page.getByRole('alert').getByText('executor.json is no JSON').waitFor();

  const row = page.locator('.setting', { hasText: 'https://shop.example' });
  await row.getByRole('button', { name: 'Allow private addresses' }).click();
  await row.getByRole('button', { name: 'Forbid private addresses' }).waitFor();
  assert.equal((await rig.daemon.api<{ allowPrivate: boolean }>('GET', '/api/sources/bookshop')).allowPrivate, true);
  assert.deepEqual(problems, []);
});

test('what begins to wait while nobody looks is told on the desktop, once, and on the icon of the tab', { skip }, async () => {
  const { page } = await rig.page();
  await page.addInitScript(() => {
    const told: string[] = [];
    class Notification {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title: string) {
        told.push(title);
      }
      close() {}
    }
    Object.assign(window, { told, Notification });
    Object.defineProperty(document, 'hidden', { get: () => 'away' in window });
  });
  await page.goto(await rig.daemon.link());
  await page.getByText(/^Live/).waitFor();
  await page.getByRole('link', { name: /^Inbox/ }).click();
  await page.getByRole('button', { name: 'Notify me' }).click();
  await rig.daemon.api('PUT', '/api/policies', { pattern: 'everything.*', decision: 'ask' });
  const call = () => rig.daemon.api('POST', '/api/tools/invoke/everything.get-sum', { a: 1, b: 2 });
  await call();
  await page.getByRole('article').waitFor();
  assert.equal(await page.evaluate(() => (window as unknown as { told: string[] }).told.length), 0);
  await page.evaluate(() => Object.assign(window, { away: true }));
  await call();
  await page.waitForFunction(() => (window as unknown as { told: string[] }).told.length === 1);
  assert.deepEqual(await page.evaluate(() => (window as unknown as { told: string[] }).told), ['everything.get-sum waits for you']);
  assert.match(await page.title(), /^\(2\) Inbox/);
  assert.match(decodeURIComponent((await page.locator('link[rel="icon"]').getAttribute('href')) ?? ''), /^data:image\/svg\+xml,.*>2</);
});
