import { chromium } from 'playwright-core';
import { openBookshop } from '../demo/bookshop.ts';
import { openDaemon, ready } from '../test/ui/rig.ts';

/**
 * The web page at size: a source of 10,000 tools and a history of `--executions` calls (100,000 unless told). Prints the first paint, the
 * time from a keystroke to the filtered tree, and the longest frame while state changes stream in. Needs `npm run build` and a Chromium.
 */

const count = Number(process.argv[process.argv.indexOf('--executions') + 1] || 100_000) || 100_000;
const TOOLS = 10_000;
const GROUPS = 100;
const CHROMIUM = process.env.EXECUTOR_TEST_CHROMIUM ?? '/usr/bin/chromium';

const paths = Object.fromEntries(
  Array.from({ length: TOOLS }, (_, index) => {
    const group = `group${index % GROUPS}`;
    return [
      `/${group}/thing${index}`,
      {
        get: {
          operationId: `readThing${index}`,
          tags: [group],
          summary: `Read thing ${index} of ${group}`,
          responses: { 200: { description: 'ok' } },
        },
      },
    ];
  }),
);
const daemon = await openDaemon();
const shop = await openBookshop();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const spec = { openapi: '3.1.0', info: { title: 'Large', version: '1' }, servers: [{ url: shop.url }], paths };
  await daemon.api('POST', '/api/sources', { spec, namespace: 'large', allowPrivate: true });
  await daemon.api('POST', '/api/sources', { url: shop.url, namespace: 'bookshop', allowPrivate: true });
  await ready(daemon, 'large');
  await ready(daemon, 'bookshop');
  const call = () => daemon.api('POST', '/api/tools/invoke/bookshop.books.search', { q: 'goose' }).catch(() => undefined);
  for (let done = 0; done < count; done += 64) await Promise.all(Array.from({ length: Math.min(64, count - done) }, call));

  const page = await (await browser.newContext({ viewport: { width: 1360, height: 860 } })).newPage();
  await page.goto(await daemon.link());
  await page.getByText(/^Live/).waitFor();
  for (const [name, path, row] of [
    ['tools', '/sources/large', '.group-row'],
    ['executions', '/executions', '.execution-row'],
  ] as const) {
    await page.goto(daemon.url + path);
    await page.locator(row).first().waitFor();
    const shown = await page.evaluate(() => performance.now());
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
    console.log(`${name}: first paint ${paint.toFixed(0)} ms, rows ${shown.toFixed(0)} ms`);
  }

  await page.goto(`${daemon.url}/sources/large`);
  await page.locator('.group-row').first().waitFor();
  const times: number[] = [];
  for (const word of ['thing 42', 'thing 977', 'group7 thing', 'read 9001', 'thing 5']) {
    const began = Date.now();
    const answer = page.waitForResponse(reply => reply.url().includes('/api/outline') && reply.url().includes('q='));
    await page.getByRole('searchbox').fill(word);
    await answer;
    await page.locator('.tool-row').first().waitFor();
    times.push(Date.now() - began);
  }
  console.log(`filter, keystroke to rows: ${times.map(time => `${time} ms`).join(', ')}`);

  await page.goto(`${daemon.url}/executions`);
  await page.locator('.execution-row').first().waitFor();
  // As text: a compiler would put helpers into a function that the page does not have.
  const frames = page.evaluate<number[]>(`new Promise(resolve => {
    const gaps = [];
    let last = performance.now();
    const end = last + 5000;
    requestAnimationFrame(function tick(now) {
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(tick);
      else resolve(gaps);
    });
  })`);
  const until = Date.now() + 5000;
  let calls = 0;
  while (Date.now() < until) {
    // A call of a tool that reads changes its state four times.
    await Promise.all([call(), call(), call(), call(), call()]);
    calls += 5;
  }
  const gaps = (await frames).sort((a, b) => a - b);
  const at = (part: number) => gaps[Math.floor(gaps.length * part)]?.toFixed(0);
  console.log(
    `frames: ${((calls * 4) / 5).toFixed(0)} state changes a second; median ${at(0.5)} ms, 99th ${at(0.99)} ms, longest ${gaps.at(-1)?.toFixed(0)} ms`,
  );
} finally {
  await browser.close();
  await Promise.all([daemon.close(), shop.close()]);
}
