import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRig, type Rig, skip } from './rig.ts';
import { openAgent } from './world.ts';

let rig: Rig;
before(async () => {
  if (!skip) rig = await openRig();
});
after(() => rig?.close());

test('a person adds a source, an agent calls, the call waits, is approved by a click and completes, all without a reload', {
  skip,
}, async () => {
  const { page, problems } = await rig.signedIn();
  await page.getByRole('link', { name: 'Add source' }).click();
  await page.getByLabel(/Address of the API/).fill(rig.shop.url);
  await page.getByRole('button', { name: 'Allow private addresses for this source' }).click();
  await page.getByText('Private addresses are allowed for this source').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'bookshop');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByText('tools are ready').waitFor();
  await page.getByRole('link', { name: 'See the tools' }).click();
  await page.getByRole('link', { name: /^create/ }).waitFor();
  await page.evaluate(() => Object.assign(window, { stayed: true }));

  await page
    .getByRole('navigation')
    .getByRole('link', { name: /^Inbox/ })
    .click();
  await page.getByText('All clear').waitFor();
  const id = await rig.order('goose');
  const request = page.getByRole('article');
  await request.getByText(new URL('/orders', rig.shop.url).href).waitFor();
  assert.match(await page.title(), /^\(1\) Inbox/);
  assert.match((await request.textContent()) ?? '', /POST/);
  assert.match((await request.textContent()) ?? '', /bookId\s*goose/);
  assert.equal(rig.shop.orders.length, 0);

  await request.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('All clear').waitFor();
  await page.getByRole('status').getByRole('link', { name: 'Show' }).click();
  await page.getByText('HTTP 201').waitFor();
  assert.match(page.url(), new RegExp(`/executions/${id}$`));
  await page.getByText(/Approved by owner/).waitFor();
  assert.equal(rig.shop.orders.length, 1);
  assert.equal(await page.evaluate(() => 'stayed' in window), true);
  assert.doesNotMatch(await page.title(), /^\(/);
  assert.deepEqual(problems, []);
});

test('the daemon is killed while a call waits: the page says so, comes back by itself, and the approval counts once', {
  skip,
}, async () => {
  const { page, problems } = await rig.signedIn('/pending');
  const before = rig.shop.orders.length;
  await page.getByText('All clear').waitFor();
  const id = await rig.order('sicp');
  const approve = page.getByRole('button', { name: 'Approve' });
  await approve.waitFor();

  await rig.daemon.kill();
  await page.getByText('The daemon does not answer. What you see may be old; reconnecting.').waitFor();
  assert.equal(await approve.getAttribute('aria-disabled'), 'true');
  assert.match((await approve.getAttribute('title')) ?? '', /Offline/);

  await rig.daemon.start();
  await page.getByText('The daemon does not answer').waitFor({ state: 'detached', timeout: 20_000 });
  await approve.click();
  await page.getByText('All clear').waitFor();
  await rig.settled(id);
  assert.equal(rig.shop.orders.length, before + 1);
  assert.deepEqual(problems, []);
});

test('the keyboard goes through the inbox; a decline carries its note', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/pending');
  const before = rig.shop.orders.length;
  const first = await rig.order('ddia');
  const second = await rig.order('mmm');
  await page.locator('#main').getByText('2 waiting').waitFor();
  const request = page.getByRole('article');
  await page.keyboard.press('j');
  await request.getByText('mmm').waitFor();
  await page.keyboard.press('k');
  await request.getByText('ddia').waitFor();
  await page.keyboard.press('j');
  await page.getByLabel('Note to whoever asked').fill('Too dear. Take the goose.');
  await page.getByLabel('Note to whoever asked').press('Escape');
  await page.getByRole('heading', { name: 'Inbox' }).click();
  await page.waitForTimeout(700); // a key right after the request changed is not taken for an answer
  await page.keyboard.press('d');
  await page.locator('#main').getByText('1 waiting').waitFor();
  await page.waitForTimeout(700);
  await page.keyboard.press('a');
  await page.getByText('All clear').waitFor();

  await rig.settled(first);
  const declined = await rig.daemon.api<{ state: string; interactions: { note?: string }[] }>('GET', `/api/executions/${second}`);
  assert.equal(declined.state, 'denied');
  assert.equal(declined.interactions[0]?.note, 'Too dear. Take the goose.');
  assert.equal((await rig.daemon.api<{ state: string }>('GET', `/api/executions/${first}`)).state, 'done');
  assert.equal(rig.shop.orders.length, before + 1);

  await page.goto(`${rig.daemon.url}/resume/${second}`);
  await page.getByText(/Declined by owner/).waitFor();
  await page.getByText('Too dear. Take the goose.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.deepEqual(problems, []);
});

test('a tool is run from its page and approved there', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/tools/bookshop/orders/create');
  const before = rig.shop.orders.length;
  await page.getByRole('radio', { name: 'JSON' }).check();
  const input = page.getByRole('textbox', { name: 'Input' });
  await input.fill('{"bookId": "goose", "copies": 2}');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('invalid_arguments').waitFor();
  await input.fill('{"bookId": "goose"');
  assert.equal(await page.getByRole('button', { name: 'Run' }).getAttribute('aria-disabled'), 'true');
  await input.fill('{"bookId": "goose"}');
  await input.press('Control+Enter');
  await page.getByRole('article').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('HTTP 201').waitFor();
  assert.equal(rig.shop.orders.length, before + 1);
  await page.goto(`${rig.daemon.url}/executions`);
  await page
    .getByRole('link', { name: /orders\.create/ })
    .first()
    .waitFor();
  assert.deepEqual(problems, []);
});

test('arguments are edited before the approval; long ones are shown whole on request', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/pending');
  const before = rig.shop.orders.length;
  const { error } = await rig.daemon.api<{ error: { executionId: string } }>('POST', '/api/tools/invoke/bookshop.orders.create', {
    bookId: 'goose',
    customer: `Ada ${'Marsh '.repeat(200)}end`,
  });
  const request = page.getByRole('article');
  assert.doesNotMatch((await request.textContent()) ?? '', /Marsh end/);
  await request.getByRole('button', { name: /Show all 1,207 characters/ }).click();
  await request.getByText(/Marsh end/).waitFor();
  await request.getByRole('button', { name: 'Edit arguments' }).click();
  const edited = request.getByRole('textbox', { name: 'Arguments to send instead' });
  await edited.fill('{"book": 1}');
  await request.getByRole('button', { name: 'Approve with these' }).click();
  await request.getByRole('alert').getByText('invalid_arguments').waitFor();
  await edited.fill('{"bookId": "goose", "customer": "Ada"}');
  await request.getByRole('button', { name: 'Approve with these' }).click();
  await page.getByText('All clear').waitFor();
  assert.equal((await rig.settled(error.executionId)).state, 'done');
  assert.deepEqual([rig.shop.orders.length, rig.shop.orders.at(-1)?.customer], [before + 1, 'Ada']);
  assert.deepEqual(problems, []);
});

test('an agent connects over MCP and is seen at once; its call waits, outlives a killed daemon, and is approved without a reload', {
  skip,
}, async () => {
  const { page, problems } = await rig.signedIn('/');
  const before = rig.shop.orders.length;
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const agent = await openAgent(rig.daemon, 'test agent');
  await agent.client.listTools();
  await page.getByText('connected just now').waitFor();
  await page.getByText('test agent').first().waitFor();
  const asked = agent.call('bookshop.orders.create', { bookId: 'goose' }).catch(() => undefined); // it loses its daemon
  await page.getByText('One call waits for you').waitFor();
  await page
    .getByRole('link', { name: /orders\.create/ })
    .first()
    .click();
  const approve = page.getByRole('article').getByRole('button', { name: 'Approve' });
  await approve.waitFor();

  await rig.daemon.kill();
  await page.getByText('The daemon does not answer. What you see may be old; reconnecting.').waitFor();
  await asked;
  await agent.close().catch(() => undefined);
  await rig.daemon.start();
  await page.getByText('The daemon does not answer').waitFor({ state: 'detached' });
  await approve.click();
  await page
    .getByText(/Approved by owner/)
    .first()
    .waitFor();

  const again = await openAgent(rig.daemon, 'test agent');
  const executionId = new URL(page.url()).pathname.split('/').at(-1);
  const { structuredContent } = await again.client.callTool({ name: 'resume', arguments: { executionId } });
  assert.equal((structuredContent as { status: string }).status, 'done');
  await again.close();
  assert.equal(rig.shop.orders.length, before + 1);
  assert.equal(await page.evaluate(() => 'stayed' in window), true);
  assert.deepEqual(problems, []);
});
