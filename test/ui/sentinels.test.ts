import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openApi } from '../api.ts';
import { furnish, madeUp, refreshAll, use } from '../security/sentinels/furnish.ts';
import { createHeard, SLOTS, typedIn } from '../security/sentinels/slots.ts';
import { type Echo, openEcho } from '../security/sentinels/upstream.ts';
import { go, openRig, type Rig, skip } from './rig.ts';
import { addLedger } from './world.ts';

let rig: Rig;
let echo: Echo;
before(async () => {
  if (skip) return;
  rig = await openRig();
  echo = await openEcho({ after: () => {} });
});
after(async () => {
  await rig?.close();
  await echo?.close();
});

/** What the page consists of, with what stands in its fields. */
const whole = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')].map(({ value }) => value);
    const kept = [...Object.values(localStorage), ...Object.values(sessionStorage)];
    return [document.documentElement.outerHTML, location.href, ...fields, ...kept].join('\n');
  });

test('no page has a secret in it: not in its text, its fields, its address or what the browser keeps', { skip }, async () => {
  const owner = openApi(rig.daemon.url, rig.daemon.token);
  const heard = createHeard();
  await furnish(owner, rig.daemon.url, echo, heard);
  await use(owner, echo, heard);
  await refreshAll(owner, heard);
  await addLedger(rig.daemon, echo.origin);

  const { page, problems } = await rig.signedIn('/');
  const look = async (path: string) => {
    await go(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    heard.hear(path, await whole(page));
  };
  await go(page, '/connections?connect=ledger&name=typed');
  await page.getByLabel('X-Api-Key', { exact: true }).fill(SLOTS.key);
  await page.getByRole('button', { name: 'Connect', exact: true }).last().click();
  await page.locator('.rule-row', { hasText: 'typed' }).getByText('connected').waitFor();
  heard.hear('after connecting', await whole(page));

  const { items } = (await owner.get('/api/executions?limit=1000')).body as { items: { id: string; kind: string; tool?: string }[] };
  const one = new Map(items.map(({ id, kind, tool }) => [tool ?? kind, { id, kind }]));
  const connections = ((await owner.get('/api/connections')).body.items as { source: string; name: string }[]).map(
    ({ source, name }) => `${source}/${name}`,
  );
  for (const path of [
    '/',
    '/pending',
    '/executions',
    '/sources',
    '/connections',
    '/policies',
    '/audit',
    '/settings',
    '/tokens',
    '/inspector',
  ]) {
    await look(path);
  }
  for (const namespace of ['shop', 'graph', 'remote', 'local', 'broken', 'crashed']) await look(`/sources/${namespace}`);
  for (const { id, kind } of one.values()) {
    await look(`/executions/${id}`);
    await look(`/inspector/${kind}/${id}`);
  }
  for (const id of connections) await look(`/inspector/connection/${encodeURIComponent(id)}`);
  for (const { id } of ((await owner.get('/api/executions?state=pending')).body as { items: { id: string }[] }).items)
    await look(`/resume/${id}`);
  await look('/tools/shop/orders/list');
  await look('/inspector/source/crashed');

  assert.ok(one.size > 15, 'of every tool one execution was looked at');
  assert.deepEqual(heard.findings([...typedIn(), ...madeUp(echo)]), []);
  assert.deepEqual(problems, []);
});
