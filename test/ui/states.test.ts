import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { barriers } from './barriers.ts';
import { go, openRig, overflow, type Rig, skip, turn } from './rig.ts';

let rig: Rig;
before(async () => {
  if (!skip) rig = await openRig();
});
after(() => rig?.close());

const THEMES = ['light', 'dark'] as const;

/** Looks at a page in both themes, or in one, wide and on a phone. */
async function look(page: Page, what: string, themes: readonly ('light' | 'dark')[] = THEMES): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  for (const colorScheme of themes) {
    await turn(page, colorScheme);
    assert.deepEqual(await barriers(page), [], `${what} has barriers, ${colorScheme}`);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await overflow(page), 0, `${what} sticks out at 360 pixels`);
  await page.setViewportSize({ width: 1360, height: 860 });
}

/** What a page says when there is nothing to show. */
const EMPTY: Record<string, string> = {
  '/': 'No client has shown up',
  '/pending': 'All clear',
  '/executions': 'Nothing has been called yet',
  '/sources': 'No sources yet',
  '/sources/none': 'There is no such source',
  '/policies': 'No rules yet',
  '/connections': 'No connections yet',
  '/tokens': 'No tokens yet',
  '/audit?q=nothing-of-the-kind': 'Nothing matches',
  '/settings': 'There are no sources yet',
  '/inspector': 'No actors yet',
  '/inspector/call/exec_none': 'There is no such actor',
  '/executions/exec_none': 'There is no such execution',
  '/resume/exec_none': 'There is no such execution',
  '/tools/none/at/all': 'There is no such tool',
  '/add': 'Drop a file here',
};

test('with nothing in it, each page says what is not there', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/');
  for (const [path, text] of Object.entries(EMPTY)) {
    await go(page, path);
    await page.getByText(text).first().waitFor();
    await look(page, `${path}, empty,`);
  }
  assert.deepEqual(problems, []);
  await page.context().close();
});

/** Pages that ask for something beyond what `/ws` tells them. */
let asking: string[];
/** Pages of which `/ws` tells all they show. */
let told: string[];

test('with a slow daemon, each page has grey bars in the shape of what comes, and then that', { skip }, async () => {
  await rig.addShop();
  const waiting = await rig.order('goose');
  const program = await rig.daemon.api<{ id: string }>('POST', '/api/executions', { code: 'return 1;' });
  await rig.settled(program.id);
  asking = [
    '/',
    '/executions?q=x',
    `/executions/${waiting}`,
    `/executions/${program.id}`,
    '/sources/bookshop',
    '/policies',
    '/connections',
  ];
  asking.push(
    '/tools/bookshop/orders/create',
    '/tokens',
    '/audit',
    '/settings',
    '/inspector',
    `/inspector/call/${waiting}`,
    '/executions/exec_none',
  );
  told = ['/pending', `/resume/${waiting}`, '/sources', '/run', '/add'];

  const { page, problems } = await rig.signedIn('/');
  let held: Route[] = [];
  await page.route('**/api/**', route => void held.push(route));
  for (const [index, path] of asking.slice(1).entries()) {
    await go(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const bars = page.locator('.skeleton').first();
    await bars.waitFor();
    await look(page, `${path}, slow,`, [THEMES[index % 2]!]);
    const late = held;
    held = [];
    await page.unroute('**/api/**');
    await Promise.all(late.map(route => route.continue().catch(() => undefined))); // the page may have given one up
    await bars.waitFor({ state: 'detached' });
    await page.route('**/api/**', route => void held.push(route));
  }
  await page.unroute('**/api/**');
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('with a daemon that answers with errors, each page says so and can try again', { skip }, async () => {
  const { page } = await rig.signedIn('/');
  await page.route('**/api/**', route =>
    route.fulfill({ status: 500, contentType: 'application/json', body: '{"error":{"code":"internal","message":"The store is gone."}}' }),
  );
  await page.reload();
  for (const path of asking) {
    await go(page, path);
    await page.getByRole('alert').filter({ hasText: 'The store is gone.' }).first().waitFor();
    await look(page, `${path}, failing,`);
  }
  for (const [index, path] of told.entries()) {
    await go(page, path);
    await look(page, `${path}, failing,`, [THEMES[index % 2]!]);
  }
  await go(page, '/policies');
  await page.getByRole('alert').first().waitFor();
  await page.unroute('**/api/**');
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByText('No rules yet').waitFor();
  await page.context().close();
});

test('with a daemon that is away, each page stays, says so, offers nothing that cannot be done, and comes back', { skip }, async () => {
  const { page } = await rig.signedIn('/');
  const pages = [...asking, ...told];
  // Parts of the UI are fetched as they are opened.
  for (const path of pages) {
    await go(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await rig.daemon.kill();
  await page.getByText('The daemon does not answer. What you see may be old; reconnecting.').waitFor();
  for (const [index, path] of pages.entries()) {
    await go(page, path);
    await look(page, `${path}, offline,`, [THEMES[index % 2]!]);
    await page.getByText('The daemon does not answer. What you see').waitFor();
  }
  await go(page, told[1] ?? '');
  assert.equal(await page.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled'), 'true');
  await rig.daemon.start();
  await page.getByText('The daemon does not answer. What you see').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(/^Approved by owner/).waitFor();
  await go(page, '/policies');
  await page.getByText('No rules yet').waitFor();
  await page.context().close();
});
