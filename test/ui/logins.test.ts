import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createAuthority } from '../oauth/authority.ts';
import { shopDocument } from '../oauth/shop.ts';
import { lastFirst, recordUpstream } from '../upstream-recorder.ts';
import { openRig, type Rig, ready, skip } from './rig.ts';
import { addEverything, addLedger } from './world.ts';

let rig: Rig;
const keys: (string | undefined)[] = [];
/** An API that wants a key. */
const ledger = createServer((req, res) => {
  const key = req.headers['x-api-key'];
  keys.push(typeof key === 'string' ? key : undefined);
  res
    .writeHead(key === 'right' ? 200 : 401, { 'content-type': 'application/json' })
    .end(JSON.stringify(req.url === '/me' ? { login: 'ada@ledger' } : { entries: [{ id: 1, paid: 12.5 }] }));
});

before(async () => {
  if (skip) return;
  ledger.listen(0, '127.0.0.1');
  await once(ledger, 'listening');
  rig = await openRig();
  await addLedger(rig.daemon, `http://127.0.0.1:${(ledger.address() as AddressInfo).port}`);
});
after(async () => {
  await rig?.close();
  ledger.closeAllConnections();
  ledger.close();
});

const call = async (path: string, input: unknown = {}) =>
  (await rig.daemon.api<{ error: { executionId: string } }>('POST', `/api/tools/invoke/${path}`, input)).error.executionId;

test('a call that waits for a login is given its key in place, and goes on by itself', { skip }, async () => {
  const id = await call('ledger.entries.list');
  const { page, problems } = await rig.signedIn(`/resume/${id}`);
  const field = page.getByLabel('X-Api-Key', { exact: true });
  assert.equal(await field.getAttribute('type'), 'password');
  await field.fill('right');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('heading', { name: 'Nothing left to answer' }).waitFor();
  await page.getByRole('link', { name: 'Show the result and the timeline' }).click();
  await page.getByText('HTTP 200').waitFor();
  assert.equal(keys.at(-1), 'right');

  await page.goto(`${rig.daemon.url}/inspector/connection`);
  await page.locator('.actor-row', { hasText: 'ledger/default' }).click();
  await page.locator('.state-node.current[data-state="connected"]').waitFor({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Step back' }).click();
  await page.locator('.state-node.current[data-state="disconnected"]').waitFor();
  assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /right/);

  await page.goto(`${rig.daemon.url}/connections`);
  const row = page.locator('.rule-row', { hasText: 'ledger' });
  await row.getByText('connected').waitFor();
  // An account that is shown is looked at, and says whose it is.
  await row.getByText('ada@ledger').waitFor();
  await row.getByText('checked').waitFor();
  await row.getByRole('button', { name: 'Check' }).click();
  await page.getByText('ledger/default works').waitFor();

  // What is connected shows at once, wherever it is looked at.
  await rig.daemon.api('POST', '/api/connections', { source: 'ledger', name: 'work', method: 'none' });
  await page.locator('.rule-row', { hasText: 'work' }).waitFor();
  assert.deepEqual(problems, []);
});

test('a form that a server asks for is made of its schema, and refused with the field that is wrong', { skip }, async () => {
  await addEverything(rig.daemon);
  await rig.daemon.api('PUT', '/api/policies', { pattern: 'everything.*', decision: 'allow' });
  const id = await call('everything.trigger-elicitation-request');
  const { page, problems } = await rig.signedIn('/pending');
  const request = page.getByRole('article');
  await request.getByText('Please provide inputs').waitFor();
  const send = request.getByRole('button', { name: 'Send' });
  assert.match((await send.getAttribute('title')) ?? '', /Still missing/);
  await request.getByRole('textbox', { name: /^String required/ }).fill('Ada Marsh');
  await request.getByRole('combobox', { name: 'Boolean' }).selectOption('yes');
  await request.getByRole('textbox', { name: /^Integer/ }).fill('4711');
  await request.getByRole('combobox', { name: 'Titled Single Select Enum', exact: true }).selectOption('Wonder Woman');
  await request.getByRole('checkbox', { name: 'Drums' }).check();
  await send.click();
  await request.getByRole('alert').getByText('invalid_arguments').waitFor();
  await request.getByRole('textbox', { name: /^Integer/ }).fill('7');
  await send.click();
  await page.getByText('All clear').waitFor();
  const { state, result } = await rig.daemon.api<{ state: string; result: unknown }>('GET', `/api/executions/${id}?wait=20`);
  assert.equal(state, 'done');
  const told = JSON.stringify(result);
  for (const part of ['Ada Marsh', 'hero-3', 'Drums']) assert.ok(told.includes(part), `${part} is missing in ${told}`);
  assert.deepEqual(problems, []);
});

test('an account is connected from its page, renewed under its name, and its failure shown', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/connections');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect an account' });
  await dialog.getByLabel('Source').selectOption('ledger');
  await dialog.getByLabel('Name').fill('private');
  await dialog.getByLabel('X-Api-Key', { exact: true }).fill('wrong');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.locator('.rule-row', { hasText: 'private' });
  // It is looked at as soon as it is shown, and found not to work.
  await row.getByText('expired', { exact: true }).waitFor();

  const id = await rig.daemon.api<{ error: { executionId: string } }>(
    'POST',
    '/api/tools/invoke/ledger.entries.list?connection=private',
    {},
  );
  await row.getByRole('button', { name: 'Connect again' }).click();
  const again = page.getByRole('dialog', { name: 'Connect ledger/private' });
  await again.getByLabel('X-Api-Key', { exact: true }).fill('right');
  await again.getByRole('button', { name: 'Connect' }).click();
  await row.getByText('connected', { exact: true }).waitFor();
  assert.equal((await rig.settled(id.error.executionId)).state, 'done');
  assert.deepEqual(problems, []);
});

test('a key under a name of the person’s own is connected from the page', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/connections');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect an account' });
  await dialog.getByLabel('Source').selectOption('ledger');
  await dialog.getByLabel('Name', { exact: true }).fill('own');
  await dialog.getByLabel('How').selectOption('custom');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.getByRole('alert').getByText('invalid_arguments').waitFor();
  await dialog.getByRole('button', { name: 'Add a value' }).click();
  await dialog.getByLabel('Value name').fill('X-Api-Key');
  await dialog.getByLabel('Secret value').fill('right');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.rule-row', { hasText: 'own' }).getByText('connected').waitFor();
  const called = await rig.daemon.api<{ ok: boolean }>('POST', '/api/tools/invoke/ledger.entries.list?connection=own', {});
  assert.deepEqual([called.ok, keys.at(-1)], [true, 'right']);
  assert.deepEqual(problems, []);
});

test('a login elsewhere: the page sends the person there, the window that comes back says so, and the call goes on by itself', {
  skip,
}, async t => {
  const authority = createAuthority();
  const shop = await recordUpstream(lastFirst(t), ({ headers, path, ...request }, res) => {
    if (authority.answer({ headers, path, ...request }, res, shop.origin)) return;
    const isKnown = authority.knows(headers.authorization);
    res.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(isKnown ? [{ id: 1 }] : {}));
  });
  const schemes = {
    login: {
      type: 'oauth2',
      flows: { authorizationCode: { authorizationUrl: `${shop.origin}/authorize`, tokenUrl: `${shop.origin}/token`, scopes: {} } },
    },
  };
  const spec = shopDocument({ origin: shop.origin, schemes, security: [{ login: [] }] });
  await rig.daemon.api('POST', '/api/sources', { spec, namespace: 'shop', allowPrivate: true });
  await ready(rig.daemon, 'shop');
  const id = await call('shop.orders.list');

  const { page, problems } = await rig.signedIn(`/resume/${id}`);
  await page.getByRole('button', { name: 'Connect' }).click();
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Log in' }).click();
  const window = await opened;
  await window.getByText(/is connected/).waitFor();
  await page.getByRole('heading', { name: 'Nothing left to answer' }).waitFor();
  assert.equal((await rig.settled(id)).state, 'done');
  assert.equal(authority.asked.authorize.length, 1);
  assert.doesNotMatch((await page.content()) + (await window.content()), /access-|refresh-|code-/);
  assert.deepEqual(problems, []);
});
