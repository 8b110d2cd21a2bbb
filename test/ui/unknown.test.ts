import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openRig, type Rig, ready, skip } from './rig.ts';

let rig: Rig;
/** An upstream that takes a request and never answers it. */
const mute = createServer(() => mute.emit('taken'));

before(async () => {
  if (skip) return;
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  rig = await openRig();
  const spec = {
    openapi: '3.1.0',
    info: { title: 'Mute', version: '1' },
    servers: [{ url: `http://127.0.0.1:${(mute.address() as AddressInfo).port}` }],
    paths: { '/letters': { post: { operationId: 'send', tags: ['letters'], responses: { 200: { description: 'sent' } } } } },
  };
  await rig.daemon.api('POST', '/api/sources', { spec, namespace: 'mute', allowPrivate: true });
  await ready(rig.daemon, 'mute');
});
after(async () => {
  await rig?.close();
  mute.closeAllConnections();
  mute.close();
});

test('a write whose answer was lost to a crash is shown as unknown, and a person says what became of it', { skip }, async () => {
  const { error } = await rig.daemon.api<{ error: { executionId: string } }>('POST', '/api/tools/invoke/mute.letters.send', {});
  const { page, problems } = await rig.signedIn('/pending');
  const taken = once(mute, 'taken');
  await page.getByRole('button', { name: 'Approve' }).click();
  await taken;
  await page.getByText('All clear').waitFor();
  await rig.daemon.kill();
  await rig.daemon.start();

  const request = page.getByRole('article');
  await request.getByText('Unknown outcome').waitFor({ timeout: 20_000 });
  assert.equal(await request.getByRole('button', { name: 'Approve' }).count(), 0);
  await request.getByRole('button', { name: 'Run again' }).waitFor();
  await request.getByRole('button', { name: 'Give up' }).waitFor();
  await request.getByRole('button', { name: 'It happened' }).click();
  await request.getByRole('textbox', { name: /What it answered/ }).fill('{"letter": ');
  assert.equal(await request.getByRole('button', { name: 'Record that it happened' }).getAttribute('aria-disabled'), 'true');
  await request.getByRole('textbox', { name: /What it answered/ }).fill('{"letter": 7}');
  await request.getByRole('button', { name: 'Record that it happened' }).click();
  await page.getByText('All clear').waitFor();

  await page.goto(`${rig.daemon.url}/executions/${error.executionId}`);
  await page.getByText(/Told that it happened by owner/).waitFor();
  await page.getByText('letter', { exact: true }).waitFor();
  const view = await rig.daemon.api<{ state: string; result: unknown }>('GET', `/api/executions/${error.executionId}`);
  assert.deepEqual([view.state, view.result], ['done', { letter: 7 }]);
  assert.deepEqual(problems, []);
});
