import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBookshop } from '../../demo/bookshop.ts';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import type { Ending } from '../upstream-recorder.ts';
import { launch, skip } from './rig.ts';

let browser: Browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(() => browser?.close());

/** A reverse proxy that shows a daemon at `/tools/executor`, and hands the path on as it is or without that. */
async function openProxy(t: Ending, strips: boolean) {
  const target = { port: 0 };
  const aim = (req: IncomingMessage) => ({
    host: '127.0.0.1',
    port: target.port,
    method: req.method,
    path: strips ? req.url!.replace(/^\/tools\/executor/, '') || '/' : req.url,
    headers: { ...req.headers, 'x-forwarded-for': '192.0.2.7' },
  });
  const server = createServer((req, res) => {
    if (!req.url?.startsWith('/tools/executor')) return void res.writeHead(404).end('not executor');
    const onward = request(aim(req), reply => {
      res.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  server.on('upgrade', (req, socket) => {
    const onward = request(aim(req));
    onward.on('upgrade', (reply, other) => {
      const lines = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      for (const each of [socket, other]) each.on('error', () => {});
      socket.pipe(other).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    onward.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, target };
}

for (const strips of [true, false]) {
  test(`behind a proxy at a sub-path, which ${strips ? 'takes it off' : 'hands it on'}, everything works`, { skip }, async t => {
    const proxy = await openProxy(t, strips);
    const publicUrl = `${proxy.origin}/tools/executor`;
    const daemon = await startDaemon(t, temporaryDataDir(t), { EXECUTOR_PUBLIC_URL: publicUrl });
    proxy.target.port = Number(new URL(daemon.url).port);
    const shop = await openBookshop();
    t.after(() => shop.close());
    await daemon.api.post('/api/sources', { url: shop.url, namespace: 'bookshop', allowPrivate: true });
    assert.equal((await daemon.api.get('/api/sources/bookshop?wait=60')).body.state, 'ready');

    const { url } = (await daemon.api.post('/api/session/link', {})).body as { url: string };
    assert.ok(url.startsWith(`${publicUrl}/`), url);
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(30_000);
    const strays: string[] = [];
    page.on('response', reply => {
      if (!reply.url().startsWith(`${publicUrl}/`) && !reply.url().startsWith('data:')) strays.push(reply.url());
    });
    await page.goto(url);
    await page.getByText(/^Live/).waitFor();
    await page.getByRole('link', { name: 'Sources', exact: true }).click();
    await page.waitForURL(`${publicUrl}/sources`);
    await page
      .getByRole('link', { name: /bookshop/ })
      .first()
      .click();
    await page.waitForURL(`${publicUrl}/sources/bookshop`);
    await page.reload();
    await page
      .getByRole('heading', { name: /bookshop/ })
      .first()
      .waitFor();

    const { body } = await daemon.api.post('/api/tools/invoke/bookshop.orders.create', { bookId: 'goose' });
    assert.equal(body.error.approvalUrl, `${publicUrl}/resume/${body.error.executionId}`);
    await page.goto(body.error.approvalUrl);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(/Approved by owner/).waitFor();
    assert.equal((await daemon.api.get(`/api/executions/${body.error.executionId}?wait=30`)).body.state, 'done');
    assert.equal(shop.orders.length, 1);

    await page.goto(`${publicUrl}/inspector/call/${body.error.executionId}`);
    // The layout is computed by a worker with a file of its own.
    await page.locator('.state-node.current[data-state="done"]').waitFor({ timeout: 90_000 });
    assert.deepEqual(strays, []);
  });
}
