import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { openBookshop } from '../demo/bookshop.ts';
import { openDaemon, ready } from '../test/ui/rig.ts';

/**
 * The web page at size: a source of 10,000 tools and a history of `--executions` calls (100,000 unless told). Prints the first paint, the
 * time from a keystroke to the filtered tree, and the frames drawn while 200 state changes a second stream in, and as many as can be made. Needs `npm run build` and a Chromium.
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
const SECONDS = 5;
// As text: a compiler would put helpers into a function that the page does not have.
/** From the key to the frame in which the rows of its filter are shown. */
const untilShown = (word: string, found: string) => `new Promise(resolve => {
  let pressed;
  addEventListener('input', event => { pressed = event.timeStamp; }, { capture: true, once: true });
  requestAnimationFrame(function look() {
    const isAsked = new URLSearchParams(location.search).get('q') === ${JSON.stringify(word)};
    const isFound = document.querySelector('.card-head [aria-live]').textContent === ${JSON.stringify(found)};
    if (!isAsked || !isFound) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - pressed);
    port2.postMessage(0);
  });
})`;
const FRAMES = `new Promise(resolve => {
  const gaps = [];
  const tasks = [];
  const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(task => task.duration)));
  observer.observe({ type: 'longtask' });
  let last = performance.now();
  const end = last + ${SECONDS * 1000};
  requestAnimationFrame(function tick(now) {
    gaps.push(now - last);
    last = now;
    if (now < end) return requestAnimationFrame(tick);
    observer.disconnect();
    resolve({ gaps, tasks });
  });
})`;
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
  for (const word of ['thing 42', 'thing 977', 'group7 thing', 'read 9001', 'group42', 'group5', 'read thing 31', 'thing 700']) {
    const { total } = await daemon.api<{ total: number }>('GET', `/api/outline?source=large&q=${encodeURIComponent(word)}`);
    await page.getByRole('searchbox').fill(word.slice(0, -1));
    await page.getByText(/ found$/).waitFor();
    const shown = page.evaluate<number>(untilShown(word, `${total.toLocaleString('en')} found`));
    await page.getByRole('searchbox').press('End');
    await page.keyboard.press(word.slice(-1));
    times.push(await shown);
  }
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  console.log(
    `filter, keystroke to rows: ${times.map(time => `${time.toFixed(0)} ms`).join(', ')}; median ${sorted[sorted.length >> 1]} ms`,
  );

  await page.goto(`${daemon.url}/executions`);
  await page.locator('.execution-row').first().waitFor();
  // A call of a tool that reads changes its state four times.
  await stream('paced', async until => {
    const began = Date.now();
    let calls = 0;
    for (; Date.now() < until; await sleep(Math.max(0, began + calls * 20 - Date.now()))) {
      void call();
      calls += 1;
    }
    return calls;
  });
  await stream('as many as the daemon makes', async until => {
    let calls = 0;
    for (; Date.now() < until; calls += 5) await Promise.all([call(), call(), call(), call(), call()]);
    return calls;
  });

  /** Counts the frames that the page draws while calls are made. */
  async function stream(how: string, make: (until: number) => Promise<number>): Promise<void> {
    const frames = page.evaluate<{ gaps: number[]; tasks: number[] }>(FRAMES);
    const calls = await make(Date.now() + SECONDS * 1000);
    const { gaps, tasks } = await frames;
    gaps.sort((a, b) => a - b);
    const at = (part: number) => gaps[Math.floor(gaps.length * part)]?.toFixed(0);
    // A frame that comes a whole frame late was dropped.
    const dropped = gaps.reduce((sum, gap) => sum + Math.round(gap / (1000 / 60)) - 1, 0);
    console.log(
      `frames, ${how}: ${((calls * 4) / SECONDS).toFixed(0)} state changes a second; ${gaps.length} frames, ${dropped} dropped; ` +
        `median ${at(0.5)} ms, 99th ${at(0.99)} ms, longest ${gaps.at(-1)?.toFixed(0)} ms; tasks over 50 ms: ${tasks.length}`,
    );
  }
} finally {
  await browser.close();
  await Promise.all([daemon.close(), shop.close()]);
}
