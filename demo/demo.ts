import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBookshop } from './bookshop.ts';

const CLI = fileURLToPath(new URL('./cli.js', import.meta.url));
const started = Date.now();

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** `npm run demo`: the whole story on a temporary data directory. Exits 0 only if all of it held. */
async function demo(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'executor-demo-'));
  const shop = await openBookshop();
  const env = { ...process.env, EXECUTOR_DATA_DIR: dataDir, EXECUTOR_PORT: '0', NO_COLOR: '1', EXECUTOR_TOKEN: '', EXECUTOR_URL: '' };

  const executor = (...args: string[]): Promise<Ran> =>
    new Promise(resolve => {
      console.log(`\n  $ executor ${args.map(arg => (/[\s{]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`);
      execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        for (const line of [...stderr.trimEnd().split('\n'), ...stdout.trimEnd().split('\n')].filter(Boolean).slice(0, 14))
          console.log(`    ${line}`);
        if (code !== 0) console.log(`    (exit code ${code})`);
        resolve({ code, stdout, stderr });
      });
    });
  const daemonPid = async () => (JSON.parse(await readFile(join(dataDir, 'daemon.json'), 'utf8')) as { pid: number }).pid;

  try {
    say('A bookshop has an API. We add it once; its operations become tools.');
    const added = await executor('add', shop.url, '--name', 'bookshop', '--allow-private');
    hold(added.code === 0, 'the source is ready');

    say('An agent looks for a tool by what it wants to do.');
    const found = await executor('tools', 'search', 'order a book');
    hold(found.stdout.includes('bookshop.orders.create'), 'the search finds bookshop.orders.create');

    say('A read runs at once.');
    const read = await executor('call', 'bookshop', 'books', 'search', 'q=goose');
    hold(read.code === 0 && read.stdout.includes('The Wild Goose Chase'), 'the read answers');

    say('A write waits for a person. Nothing has left yet.');
    const write = await executor('call', 'bookshop', 'orders', 'create', '{"bookId":"goose","quantity":2,"customer":"Ada"}', '--json');
    const id = /exec_[a-z0-9]+/.exec(`${write.stdout}${write.stderr}`)?.[0] ?? '';
    hold(write.code === 3 && id !== '', 'the call is paused (exit code 3)');
    hold(shop.orders.length === 0, 'the shop has no order');

    const pid = await daemonPid();
    say(`Now the worst: kill -9 of the daemon (process ${pid}).`);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    hold(true, 'the daemon is dead');

    say('The next command starts it again. What waited still waits.');
    const pending = await executor('pending');
    hold(pending.stdout.includes(id), 'the approval is still there');

    say('Somebody approves it, from another shell.');
    const resumed = await executor('resume', '--execution-id', id, '--yes');
    hold(resumed.code === 0, 'the call is done');
    hold(shop.orders.length === 1 && shop.orders[0]?.quantity === 2, 'the shop got exactly one order');

    say('Approving again changes nothing: the first outcome comes back.');
    const again = await executor('resume', '--execution-id', id, '--yes');
    hold(again.code === 0 && shop.orders.length === 1, 'still exactly one order');

    console.log(`\nAll of it held, in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  } finally {
    const pid = await daemonPid().catch(() => undefined);
    if (pid !== undefined) {
      process.kill(pid, 'SIGTERM');
      await gone(pid);
    }
    await shop.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function say(text: string): void {
  console.log(`\n${text}`);
}

function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`this did not hold: ${what}`);
  console.log(`  ✓ ${what}`);
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(5);
  }
}

demo().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
