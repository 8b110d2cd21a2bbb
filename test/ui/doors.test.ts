import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRig, type Rig, skip } from './rig.ts';

let rig: Rig;
before(async () => {
  if (!skip) rig = await openRig();
});
after(() => rig?.close());

test('a link signs in once and leaves no code in the address; the session survives a restart', { skip }, async () => {
  const { page, problems } = await rig.page();
  const link = await rig.daemon.link();
  await page.goto(link);
  await page.getByText(/^Live/).waitFor();
  assert.equal(new URL(page.url()).hash, '');

  const other = await rig.page();
  await other.page.goto(link);
  await other.page.getByRole('heading', { name: 'Sign in to executor' }).waitFor();

  await rig.daemon.kill();
  await rig.daemon.start();
  await page.reload();
  await page.getByText(/^Live/).waitFor();
  assert.deepEqual([...problems, ...other.problems], []);
});

test('without a session the approval page asks for one, and shows the approval once it has it', { skip }, async () => {
  await rig.addShop();
  const id = await rig.order('goose');
  const { page, problems } = await rig.page();
  await page.goto(`${rig.daemon.url}/resume/${id}`);
  await page.getByText('executor web --no-browser').waitFor();
  const field = page.getByLabel('Sign-in link, code or token');
  await field.fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await field.fill(await rig.daemon.link());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  assert.match(page.url(), new RegExp(`/resume/${id}$`));
  assert.deepEqual(problems, []);
});

test('a pasted token opens this tab only', { skip }, async () => {
  const { page, problems } = await rig.page();
  await page.goto(rig.daemon.url);
  await page.getByLabel('Sign-in link, code or token').fill(rig.daemon.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/^Live/).waitFor();
  assert.equal(await page.evaluate(token => Object.values(localStorage).includes(token), rig.daemon.token), false);
  const tab = await page.context().newPage();
  await tab.goto(rig.daemon.url);
  await tab.getByRole('heading', { name: 'Sign in to executor' }).waitFor();
  assert.deepEqual(problems, []);
});

test('text of an upstream never becomes markup or script', { skip }, async () => {
  const evil = '<img src=x onerror="window.hacked=1"> [click](javascript:window.hacked=1) <script>window.hacked=1</script>';
  const spec = {
    openapi: '3.1.0',
    info: { title: evil, version: '1' },
    servers: [{ url: 'https://example.com' }],
    paths: { '/a': { get: { operationId: 'a', summary: evil, description: evil, responses: { 200: { description: 'ok' } } } } },
  };
  await rig.daemon.api('POST', '/api/sources', { spec, namespace: 'evil' });
  const { page, problems } = await rig.signedIn('/sources/evil');
  await page.locator('.tool-row').first().click();
  await page.getByRole('heading', { name: 'Run' }).waitFor();
  assert.equal(await page.locator('main img, main script, main a[href^="javascript"]').count(), 0);
  assert.equal(await page.evaluate(() => 'hacked' in window), false);
  assert.deepEqual(problems, []);
});
