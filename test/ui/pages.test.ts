import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers } from './barriers.ts';
import { go, openRig, overflow, type Rig, skip, turn } from './rig.ts';

let rig: Rig;
let pages: string[];
before(async () => {
  if (skip) return;
  rig = await openRig();
  await rig.addShop();
  const waiting = await rig.order('goose');
  const read = await rig.daemon.api<{ executionId: string }>('POST', '/api/tools/invoke/bookshop.books.search', { q: 'goose' });
  pages = ['/', '/pending', '/executions', `/executions/${read.executionId}`, `/executions/${waiting}`, `/resume/${waiting}`];
  const program = await rig.daemon.api<{ id: string }>('POST', '/api/executions', {
    code: "const found = await tools.bookshop.books.search({ q: 'goose' });\nconsole.log('found');\nreturn found;",
  });
  await rig.settled(program.id);
  pages.push('/sources', '/sources/bookshop', '/tools/bookshop/orders/create', '/policies', '/add', '/no/such/page', '/sources/none');
  pages.push(`/executions/${program.id}`, `/run?run=${program.id}`, '/connections', '/tokens', '/audit', '/settings');
  pages.push('/inspector', `/inspector/program/${program.id}`, `/inspector/call/${waiting}?step=2&with=1`);
});
after(() => rig?.close());

test('every page, in both themes, wide and narrow: a heading, no barriers, nothing sticks out, nothing in the console', {
  skip,
}, async () => {
  const { page, problems } = await rig.signedIn('/');
  for (const path of pages) {
    await go(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await turn(page, colorScheme);
      const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      assert.equal(brightness(ground) > 128, colorScheme === 'light');
      assert.deepEqual(await barriers(page), [], `${path} has barriers, ${colorScheme}`);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    assert.equal(await overflow(page), 0, `${path} sticks out at 360 pixels`);
    await page.setViewportSize({ width: 1360, height: 860 });
    assert.equal(await overflow(page), 0, `${path} sticks out`);
  }
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('the clients of the Connect card are all in view, however wide the page is', { skip }, async () => {
  const { page } = await rig.signedIn('/');
  const tabs = page.getByRole('tab');
  await tabs.first().waitFor();
  assert.equal(await tabs.count(), 7);
  for (const width of [360, 390, 600, 720, 900, 1024, 1100, 1200, 1280, 1360, 1920]) {
    await page.setViewportSize({ width, height: 860 });
    const list = (await page.getByRole('tablist').boundingBox())!;
    for (const tab of await tabs.all()) {
      const box = (await tab.boundingBox())!;
      assert.ok(box.x >= list.x && box.x + box.width <= list.x + list.width, `${await tab.textContent()} at ${width} pixels`);
      assert.ok(box.y >= list.y && box.y + box.height <= list.y + list.height, `${await tab.textContent()} at ${width} pixels`);
    }
  }
  await page.context().close();
});

test('the first load is small: under 250 kB as it is sent, fonts and all', { skip }, async () => {
  const { page } = await rig.signedIn('/');
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(entry => entry.toJSON()));
  const files = loaded.filter(({ name }) => /\.(js|css|woff2|svg)$/.test(name));
  assert.ok(files.length >= 3);
  assert.equal(files.filter(({ name }) => /elk|inspector/.test(name)).length, 0);
  const bytes = files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  assert.ok(bytes < 250_000, `${bytes} bytes`);
});

test('the chosen theme stays, and is there before the first paint', { skip }, async () => {
  const { page } = await rig.signedIn('/', { colorScheme: 'light' });
  await page.getByRole('button', { name: /^Theme: system/ }).click();
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  await page.reload({ waitUntil: 'commit' });
  assert.equal(
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => done(document.documentElement.dataset.theme)))),
    'dark',
  );
});

test('a rule set on a tool takes effect and can be taken back', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/tools/bookshop/books/search');
  const policy = page.getByRole('radiogroup', { name: 'Policy for this tool' });
  await policy.getByRole('radio', { name: 'Block' }).check();
  await page.getByText('A rule for exactly this tool.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Run' }).getAttribute('title'), 'A policy blocks this tool.');
  await page.goto(`${rig.daemon.url}/policies`);
  await page.getByRole('button', { name: 'Remove the rule bookshop.books.search' }).click();
  await page.getByText('No rules yet').waitFor();
  assert.deepEqual(problems, []);
});

function brightness(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (r * 299 + g * 587 + b * 114) / 1000;
}
