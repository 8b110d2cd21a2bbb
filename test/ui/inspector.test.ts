import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRig, type Rig, skip } from './rig.ts';

let rig: Rig;
let settled: string;
before(async () => {
  if (skip) return;
  rig = await openRig();
  await rig.addShop();
  settled = await rig.order('goose');
  await rig.daemon.api('POST', `/api/executions/${settled}/resume`, { action: 'accept' });
});
after(() => rig?.close());

test('a machine is drawn with what is alive in it, and lights up as things happen', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/inspector');
  const state = (name: string) => page.locator(`[data-state="${name}"]`);
  // The first layout of a chart is worked out in the browser, which takes a busy machine its time.
  await state('done').locator('.state-count', { hasText: '1' }).waitFor({ timeout: 90_000 });
  assert.equal(
    await page.locator('[data-state]').count(),
    (await rig.daemon.api<{ states: unknown[] }>('GET', '/api/machines/call')).states.length,
  );
  assert.equal(await state('awaitingApproval').locator('.state-count').count(), 0);

  const id = await rig.order('sicp');
  await state('awaitingApproval').locator('.state-count', { hasText: '1' }).waitFor();
  await page.locator('.feed-row', { hasText: 'awaiting approval' }).first().waitFor();

  await state('awaitingApproval').click();
  assert.equal(new URL(page.url()).searchParams.get('state'), 'awaitingApproval');
  await page.locator('.actor-row').first().click();
  assert.equal(new URL(page.url()).pathname, `/inspector/call/${id}`);
  await page.locator('.state-node.current[data-state="awaitingApproval"]').waitFor();
  await rig.daemon.api('POST', `/api/executions/${id}/resume`, { action: 'decline' });
  await page.locator('.state-node.current[data-state="denied"]').waitFor();
  assert.deepEqual(problems, []);
});

test('an actor is stepped through its recorded events, back and forth, and two steps are compared', { skip }, async () => {
  const { page, problems } = await rig.signedIn(`/inspector/call/${settled}`);
  const current = () => page.locator('.state-node.current').getAttribute('data-state');
  await page.locator('.state-node.current[data-state="done"]').waitFor({ timeout: 90_000 });
  const states: (string | null)[] = [];
  for (let step = 6; step >= 1; step--) {
    states.unshift(await current());
    if (step > 1) await page.getByRole('button', { name: 'Step back' }).click();
  }
  assert.deepEqual(states, ['resolving', 'judging', 'awaitingApproval', 'judging', 'running', 'done']);
  assert.equal(new URL(page.url()).searchParams.get('step'), '1');
  await page.getByRole('slider', { name: 'Step' }).press('ArrowRight');
  assert.equal(await current(), 'judging');

  // A deep link brings the same step, with what the machine held then.
  await page.goto(`${rig.daemon.url}/inspector/call/${settled}?step=3&with=2`);
  await page.locator('.state-node.current[data-state="awaitingApproval"]').waitFor();
  await page.getByRole('tab', { name: 'Comparison' }).click();
  await page.locator('.changes .added', { hasText: 'interactions[0]' }).waitFor();
  await page.getByRole('button', { name: 'Stop comparing' }).click();
  await page.getByText('Allow this write?').waitFor();
  await page.goto(`${rig.daemon.url}/inspector/call/${settled}?step=5`);
  await page.getByRole('tab', { name: /Effects/ }).click();
  await page.getByRole('tabpanel').getByText('attempt', { exact: true }).first().waitFor();
  assert.deepEqual(problems, []);
});

test('an actor that is not there is said to be missing', { skip }, async () => {
  const { page } = await rig.signedIn('/inspector/call/exec_none');
  await page.getByText('There is no such actor').waitFor();
});

test('the command palette finds a tool, a page and what waits, adds what is at an address, and switches the theme', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/');
  const open = async (text: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill(text);
  };
  await open('search books');
  await page.getByRole('option', { name: /bookshop\.books\.search/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /books\.search/ }).waitFor();
  await open('theme dark');
  await page.getByRole('option', { name: 'Theme: dark' }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await open('settings');
  await page.getByRole('option', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  const waiting = await rig.order('tpop');
  await open('tpop');
  await page.getByRole('option', { name: /bookshop\.orders\.create.*tpop/ }).click();
  await page.waitForURL(url => url.pathname === `/resume/${waiting}`);
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await open(rig.shop.url);
  await page.getByRole('option', { name: `Add source ${rig.shop.url}` }).click();
  await page.getByLabel(/Address of the API/).waitFor();
  assert.equal(await page.getByLabel(/Address of the API/).inputValue(), rig.shop.url);
  await open('no such thing at all');
  await page.getByText('Nothing is called that.').waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(problems, []);
});
