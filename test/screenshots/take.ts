/**
 * Takes a picture of each page, in both themes and at two widths: `npm run screenshots [-- <part of a name>…]`.
 * They are put under `test/screenshots/` with `--keep`, else under a directory that is told.
 */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRig, type Rig } from '../ui/rig.ts';
import { addEverything, addGithub, addLedger, openAgent, startProgram, TWO_ORDERS } from '../ui/world.ts';

const words = process.argv.slice(2).filter(word => !word.startsWith('--'));
const kept = process.argv.includes('--keep');
const directory = kept ? fileURLToPath(new URL('.', import.meta.url)) : mkdtempSync(join(tmpdir(), 'executor-screenshots-'));
/** What is committed: what the README shows, and one of a phone. */
const KEPT = /^(inbox-(light|dark)-1360|run-light-1360|actor-dark-1360|home-(light|dark)-1360|approval-light-390|executions-dark-390)/;
const WIDTHS = [1360, 390];

const ledger = createServer((_req, res) => res.writeHead(401).end());
ledger.listen(0, '127.0.0.1');
await once(ledger, 'listening');
const rig = await openRig();
try {
  const pages = await settle(rig);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of WIDTHS) {
      const { page } = await rig.signedIn('/', { colorScheme, viewport: { width, height: width > 1000 ? 740 : 780 } });
      for (const [name, path] of Object.entries(pages)) {
        const file = `${name}-${colorScheme}-${width}.png`;
        if (words.length > 0 && !words.some(word => file.includes(word))) continue;
        if (kept && !KEPT.test(file)) continue;
        if (name === 'run') await page.evaluate(code => localStorage.setItem('executor.code', code), TWO_ORDERS);
        await page.goto(rig.daemon.url + path);
        await page.getByText(/^Live/).waitFor();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        if (path.startsWith('/inspector')) await page.locator('[data-state]').first().waitFor({ timeout: 90_000 });
        await page.evaluate(() => document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(done))));
        await page.screenshot({ path: join(directory, file) });
        console.log(join(directory, file));
      }
      await page.context().close();
    }
  }
} finally {
  await rig.close();
  ledger.closeAllConnections();
  ledger.close();
}

/** A daemon that has seen a bit of life; gives the pages by name. */
async function settle({ daemon, addShop, shop }: Rig): Promise<Record<string, string>> {
  await addShop();
  await addGithub(daemon);
  await addEverything(daemon);
  await addLedger(daemon, `http://127.0.0.1:${(ledger.address() as AddressInfo).port}`);
  await daemon.api('PUT', '/api/policies', { pattern: 'github.**', decision: 'ask', when: { effect: ['write', 'destructive'] } });
  await daemon.api('PUT', '/api/policies', { pattern: 'github.repos.delete', decision: 'block' });
  await daemon.api('PUT', '/api/policies', { pattern: 'everything.*', decision: 'allow' });
  await daemon.api('POST', '/api/tokens', { name: 'build server', role: 'agent', tools: ['github.issues.**', 'bookshop.**'] });
  await daemon.api('POST', '/api/tokens', { name: 'Grace', role: 'approver' });
  await daemon.api('POST', '/api/connections', { source: 'github', name: 'work', method: 'none' });

  const agent = await openAgent(daemon, 'claude-code');
  const other = await openAgent(daemon, 'cursor');
  await Promise.all([agent.client.listTools(), other.client.listTools()]);
  for (const q of ['goose', 'programs', 'data', 'month']) await agent.call('bookshop.books.search', { q });
  await agent.call('bookshop.books.get', { id: 'nothing' });
  await agent.call('everything.get-sum', { a: 2, b: 3 });
  const read = await other.execute("const { items } = await tools.bookshop.books.search({ q: 'goose' });\nreturn items;");
  const first = await waiting(() => agent.call('bookshop.orders.create', { bookId: 'mmm', customer: 'Grace' }));
  await daemon.api('POST', `/api/executions/${first}/resume`, { action: 'accept' });
  const second = await waiting(() => agent.call('bookshop.orders.create', { bookId: 'tpop' }));
  await daemon.api('POST', `/api/executions/${second}/resume`, { action: 'decline', note: 'Too dear. Take the goose.' });
  const program = await startProgram(rig, TWO_ORDERS);
  await until(2);
  const order = await waiting(() => agent.call('bookshop.orders.create', { bookId: 'goose', quantity: 3, customer: 'Ada Marsh' }));
  await waiting(() => other.call('bookshop.orders.cancel', { id: shop.orders[0]?.id ?? '1' }));
  const login = await waiting(() => agent.call('ledger.entries.list'));
  const form = await waiting(() => other.call('everything.trigger-elicitation-request'));
  const { items } = await daemon.api<{ items: { id: string }[] }>('GET', '/api/executions?tool=bookshop.books.search&limit=1');

  return {
    home: '/',
    inbox: '/pending',
    executions: '/executions',
    call: `/executions/${items[0]?.id}`,
    approved: `/executions/${first}`,
    program: `/executions/${program}`,
    done: `/executions/${(read.structuredContent as { executionId: string }).executionId}`,
    run: `/run?run=${program}`,
    approval: `/resume/${order}`,
    login: `/resume/${login}`,
    form: `/resume/${form}`,
    sources: '/sources',
    source: '/sources/bookshop',
    github: '/sources/github',
    tool: '/tools/github/issues/create',
    search: '/tools/bookshop/books/search',
    add: '/add',
    policies: '/policies',
    connections: '/connections',
    tokens: '/tokens',
    audit: '/audit',
    settings: '/settings',
    inspector: '/inspector',
    source_machine: '/inspector/source',
    actor: `/inspector/call/${first}?step=3`,
    program_actor: `/inspector/program/${program}`,
    connection_actor: '/inspector/connection/github%2Fwork',
    missing: '/no/such/page',
  };

  async function pending(): Promise<string[]> {
    return (await daemon.api<{ items: { id: string }[] }>('GET', '/api/executions?state=pending')).items.map(({ id }) => id);
  }

  async function until(count: number): Promise<void> {
    while ((await pending()).length < count) await new Promise(resolve => setTimeout(resolve, 50));
  }

  /** Makes a call that waits for a person, and gives its id; nobody waits for its end. */
  async function waiting(call: () => Promise<unknown>): Promise<string> {
    const before = new Set(await pending());
    call().catch(() => undefined);
    await until(before.size + 1);
    return (await pending()).find(id => !before.has(id)) ?? '';
  }
}
