import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { openBookshop } from '../../demo/bookshop.ts';

/** The built command line; `npm run build` makes it. */
const CLI = process.env.EXECUTOR_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const CHROMIUM = process.env.EXECUTOR_TEST_CHROMIUM ?? '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Why these tests cannot run here, for `test`'s `skip`. */
export const skip = existsSync(CHROMIUM) ? false : `there is no browser at ${CHROMIUM}`;

export interface Daemon {
  readonly url: string;
  readonly token: string;
  /** A fresh one-time sign-in link. */
  link(): Promise<string>;
  /** One request as the owner. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  kill(): Promise<void>;
  /** Starts it again at the same address, on the same data. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A daemon of its own: built code, temporary data, any port. */
export async function openDaemon(): Promise<Daemon> {
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-ui-'));
  let child: ChildProcess | undefined;
  let port = 0;

  async function start(): Promise<void> {
    const args = [CLI, 'web', '--foreground', '--port', String(port), '--no-browser'];
    const started = spawn(process.execPath, args, {
      env: { ...process.env, EXECUTOR_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk;
        const address = /http:\/\/127\.0\.0\.1:(\d+)\/#\/session/.exec(said);
        if (!address) return;
        port = Number(address[1]);
        resolve();
      };
      started.stdout.on('data', hear);
      started.stderr.on('data', hear);
      started.once('exit', code => reject(new Error(`the daemon ended with ${code}: ${said}`)));
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exit = once(ending, 'exit');
    ending.kill(signal);
    await exit;
  }

  await start();
  const url = `http://127.0.0.1:${port}`;
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = reply.status === 204 ? undefined : await reply.json();
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(answer)}`);
    return answer as T;
  }
  return {
    url,
    token,
    api,
    start,
    link: async () => (await api<{ url: string }>('POST', '/api/session/link', {})).url,
    kill: () => end('SIGKILL'),
    async close() {
      await end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The browser that pages are looked at with. */
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: QUIET });

/** A daemon, a bookshop to call and a browser to look with; all of it ends with `close`. */
export async function openRig() {
  const daemon = await openDaemon();
  const shop = await openBookshop();
  const browser = await launch().catch(async error => {
    await Promise.all([daemon.close(), shop.close()]);
    throw error;
  });
  let session: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
  const rig = {
    daemon,
    shop,
    /** A page in a browser profile of its own. `problems` collects what should never be in a console. */
    async page(options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
      const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000); // a machine that is busy with other things is slow, not broken
      return { page, problems: watch(page) };
    },
    /** The same, signed in, at `path`. The first one signs in by a link; the session is then that of each further profile. */
    async signedIn(path = '/', options: BrowserContextOptions = {}) {
      const first = session === undefined;
      const opened = await rig.page(session ? { storageState: session, ...options } : options);
      await opened.page.goto(first ? await daemon.link() : daemon.url + path);
      await opened.page.getByText(/^Live/).waitFor();
      if (!first) return opened;
      session = await opened.page.context().storageState();
      if (path !== '/') await opened.page.goto(daemon.url + path);
      return opened;
    },
    /** The bookshop as a source, ready. */
    async addShop(): Promise<void> {
      await daemon.api('POST', '/api/sources', { url: shop.url, namespace: 'bookshop', allowPrivate: true });
      await ready(daemon, 'bookshop');
    },
    /** What an agent does: a call that waits for a person. Returns the execution's id. */
    async order(bookId: string): Promise<string> {
      const answer = await daemon.api<{ error: { executionId: string } }>('POST', '/api/tools/invoke/bookshop.orders.create', { bookId });
      return answer.error.executionId;
    },
    /** Waits until an execution has an end. */
    settled: (id: string) => daemon.api<{ state: string }>('GET', `/api/executions/${id}?wait=10`),
    async close(): Promise<void> {
      await browser.close();
      await Promise.all([daemon.close(), shop.close()]);
    },
  };
  return rig;
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** Waits until a source is ready. */
export async function ready(daemon: Daemon, namespace: string): Promise<void> {
  const { state, error } = await daemon.api<{ state: string; error?: unknown }>('GET', `/api/sources/${namespace}?wait=120`);
  if (state !== 'ready') throw new Error(`${namespace} is ${state}: ${JSON.stringify(error)}`);
}

/** Refusals and a daemon that is away are the network's to report; everything else in a console is a fault of the page. */
const NETWORK = /^Failed to load resource|^WebSocket connection to/;

function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !NETWORK.test(message.text())) problems.push(message.text());
  });
  return problems;
}

/** How far the page can be scrolled sideways: 0 when nothing sticks out. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    scrollTo(1000, 0);
    const { scrollX } = window;
    scrollTo(0, 0);
    return scrollX;
  });

/** Goes to another page of the UI as a click on a link does, without loading it anew. */
export const go = (page: Page, path: string): Promise<void> =>
  page.evaluate(to => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);

/** Turns to a theme; what follows from it is there with the next frame. */
export async function turn(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}
