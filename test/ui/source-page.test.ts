import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { openRig, type Rig, ready, skip } from './rig.ts';

let rig: Rig;
before(async () => {
  if (!skip) rig = await openRig();
});
after(() => rig?.close());

const operation = (operationId: string, rest: object = {}) => ({
  operationId,
  tags: ['things'],
  summary: `Does ${operationId}`,
  responses: { 200: { description: 'ok' } },
  ...rest,
});
const limit = { name: 'limit', in: 'query', schema: { type: 'integer' } };
const BEFORE = { '/things': { get: operation('list') }, '/old': { get: operation('old') } };
const AFTER = { '/things': { get: operation('list', { parameters: [limit] }), post: operation('make') } };

test('a refresh tells what it changed, what is new waits for a review, and the rules that touch a source stand with it', {
  skip,
}, async t => {
  let paths: object = BEFORE;
  const upstream = await recordUpstream(t, (_, res) =>
    answerJson(res, 200, { openapi: '3.1.0', info: { title: 'Things', version: '1' }, servers: [{ url: upstream.origin }], paths }),
  );
  await rig.daemon.api('POST', '/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'things', allowPrivate: true });
  await ready(rig.daemon, 'things');
  await rig.daemon.api('PUT', '/api/policies', { pattern: 'things.**', decision: 'allow' });
  const { page, problems } = await rig.signedIn('/sources/things');
  await page.getByText('2 operations became 2 tools').waitFor();
  await page.getByText('Policies that touch it').waitFor();
  await page.locator('.touching', { hasText: 'things.**' }).getByText('allow').waitFor();

  paths = AFTER;
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText(/^Refreshed: 1 added, 1 changed, 1 removed/).waitFor();
  await page.getByText('One tool waits for your review').waitFor();
  const make = () => rig.daemon.api<{ ok: boolean }>('POST', '/api/tools/invoke/things.things.make', {});
  await page.getByText('they are blocked').waitFor();
  await assert.rejects(make(), /403 .*tool_blocked/, 'whatever the rule says');
  await page.getByRole('button', { name: 'Let it run' }).first().click();
  await page.getByText('One tool waits for your review').waitFor({ state: 'detached' });
  assert.equal((await make()).ok, true);
  await page.reload();
  await page.getByRole('heading', { name: 'Last refresh' }).waitFor();

  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.waitForURL(url => url.pathname === '/sources');
  const { items } = await rig.daemon.api<{ items: { namespace: string }[] }>('GET', '/api/sources');
  assert.equal(items.filter(({ namespace }) => namespace === 'things').length, 0);
  assert.deepEqual(problems, []);
});

test('a backup is downloaded from the settings, and the daemon’s own check is run there', { skip }, async () => {
  const { page, problems } = await rig.signedIn('/settings');
  const saved = page.waitForEvent('download');
  await page.locator('.setting', { hasText: 'Backup' }).getByRole('button', { name: 'Download' }).click();
  const file = await (await saved).path();
  assert.ok(gunzipSync(readFileSync(file)).length > 0);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText(/actors looked at: all agree$/).waitFor();
  assert.deepEqual(problems, []);
});
