import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { ended, openRig, type Rig, runProgram } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addShop();
});
after(() => rig.close());

const orders = () => rig.shop.arrived.filter(each => each.path === '/orders');
const PAUSED = /^waiting \(approval\): .*\n {2}open {2}<url>\/resume\/<id>\n {2}or {4}executor resume --execution-id <id>\n$/;

/** The execution that waits with this book, as soon as there is one. */
async function waitingFor(book: number): Promise<string> {
  for (;;) {
    const { items } = JSON.parse((await rig.run(['pending', '--json'])).stdout) as { items: { id: string; input: { book: number } }[] };
    const found = items.find(each => each.input.book === book);
    if (found) return found.id;
  }
}

test('a write pauses: exit 3, nothing on stdout, the two ways to answer on stderr', async () => {
  const before = orders().length;
  const { code, stdout, stderr } = await rig.run(['call', 'shop', 'orders', 'create', '{"book":1}']);
  assert.deepEqual({ code, stdout }, { code: 3, stdout: '' });
  assert.match(rig.golden(stderr), PAUSED);
  const asJson = await rig.run(['call', 'shop', 'orders', 'create', '{"book":1}', '--json']);
  assert.equal(asJson.code, 3);
  assert.match(rig.golden(asJson.stderr), PAUSED);
  const { ok, error } = JSON.parse(asJson.stdout);
  assert.deepEqual([ok, error.code, error.interactions.length], [false, 'execution_paused', 1]);
  assert.equal(orders().length, before);
});

test('pending, executions and show tell of it', async () => {
  const id = await rig.pause();
  const pending = await rig.run(['pending']);
  assert.equal(pending.code, 0);
  assert.match(
    pending.stdout,
    new RegExp(
      `^${id} {2}shop\\.orders\\.create {2}since .* by owner\\n {2}approval {2}.*\\n.*/resume/${id}\\n {2}executor resume --execution-id ${id}$`,
      'm',
    ),
  );
  assert.ok(JSON.parse((await rig.run(['pending', '--json'])).stdout).items.some((each: { id: string }) => each.id === id));
  const list = await rig.run(['executions', '--state', 'pending', '--limit', '1']);
  assert.match(list.stdout, new RegExp(`^ID +STATE +STARTED +TOOK +BY +TOOL\\n${id} +awaitingApproval `));
  const show = await rig.run(['executions', 'show', id]);
  assert.equal(show.code, 0);
  assert.match(show.stdout, new RegExp(`^${id} {2}awaitingApproval {2}shop\\.orders\\.create\n`));
  assert.match(show.stdout, /^TIME +EVENT +STATE\n/m);
  assert.match(rig.golden(show.stderr), PAUSED);
  const view = JSON.parse((await rig.run(['executions', 'show', id, '--json'])).stdout);
  assert.equal(view.id, id);
  assert.ok(view.log.length > 0);
  assert.equal((await rig.run(['executions', 'show', 'exec_nope'])).code, 1);
});

test('resume runs it exactly once, and says the same again', async () => {
  const before = orders().length;
  const id = await rig.pause();
  const first = await rig.run(['resume', '--execution-id', id]);
  assert.deepEqual({ code: first.code, stderr: first.stderr }, { code: 0, stderr: '' });
  assert.deepEqual(JSON.parse(first.stdout), { order: before + 1 });
  const again = await rig.run(['resume', '--execution-id', id, '--json']);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).state, 'done');
  const other = await rig.run(['resume', '--execution-id', id, '--action', 'decline']);
  assert.deepEqual({ code: other.code, stdout: other.stdout }, { code: 1, stdout: '' });
  assert.match(other.stderr, /^already_settled: /);
  assert.equal(orders().length, before + 1);
});

test('decline exits 5, cancel exits 1, an unknown execution 1', async () => {
  const before = orders().length;
  const declined = await rig.run(['resume', '--execution-id', await rig.pause(), '--action', 'decline', '--note', '-not this one']);
  assert.deepEqual({ code: declined.code, stdout: declined.stdout }, { code: 5, stdout: '' });
  assert.match(declined.stderr, /^approval_denied: /);
  const cancelled = await rig.run(['resume', '--execution-id', await rig.pause(), '--action', 'cancel']);
  assert.deepEqual({ code: cancelled.code, stdout: cancelled.stdout }, { code: 1, stdout: '' });
  const id = await rig.pause();
  const byId = await rig.run(['executions', 'cancel', id]);
  assert.deepEqual(byId, { code: 0, stdout: `${id} is cancelled\n`, stderr: '' });
  const unknown = await rig.run(['resume', '--execution-id', 'exec_01J00000000000000000000000']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^execution_not_found: /);
  assert.equal(orders().length, before);
});

test('edited arguments are what is sent', async () => {
  const { code, stderr } = await rig.run([
    'resume',
    '--execution-id',
    await rig.pause(),
    '--content',
    '{"input":{"book":42,"zip":"01234"}}',
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(orders().at(-1)!.body, { book: 42, zip: '01234' });
});

test('call --wait stays until somebody else answers', async () => {
  const waiting = rig.run(['call', 'shop.orders.create', 'book=7', 'zip=12345', '--wait']);
  const id = await waitingFor(7);
  assert.equal((await rig.run(['resume', '--execution-id', id])).code, 0);
  const { code, stdout, stderr } = await waiting;
  assert.equal(code, 0, stderr);
  assert.equal(typeof JSON.parse(stdout).order, 'number');
  assert.match(stderr, /executor resume --execution-id/);
  assert.deepEqual(orders().at(-1)!.body, { book: 7, zip: '12345' });
});

test('an idempotency key: the same call again, another input refused', async () => {
  const id = await rig.pause('--idempotency-key', 'k1');
  assert.equal(await rig.pause('--idempotency-key', 'k1'), id);
  const { code, stderr } = await rig.run(['call', 'shop.orders.create', 'book=2', '--idempotency-key', 'k1']);
  assert.equal(code, 1);
  assert.match(stderr, /^idempotency_conflict: /);
});

test('what takes over a second is followed; --json gives the answer of invoke', async () => {
  rig.shop.delayMs = 1_500;
  const { code, stdout, stderr } = await rig.run(['call', 'shop.books.list', '--json']);
  rig.shop.delayMs = 0;
  assert.equal(code, 0, stderr);
  const { ok, data, executionId, http } = JSON.parse(stdout);
  assert.deepEqual([ok, data, http.status], [true, [{ id: 1, title: 'Dune' }], 200]);
  assert.match(executionId, /^exec_/);
});

test('a call outlives a daemon killed in the middle: asked again, made once', async () => {
  rig.shop.delayMs = 1_500;
  const before = rig.shop.arrived.length;
  const calling = rig.run(['call', 'shop.books.list']);
  while (rig.shop.arrived.length === before) await new Promise(resolve => setTimeout(resolve, 20));
  const { pid } = rig.daemonFile()!;
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  const { code, stdout, stderr } = await calling;
  rig.shop.delayMs = 0;
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [{ id: 1, title: 'Dune' }]);
  const list = JSON.parse((await rig.run(['executions', '--tool', 'shop.books.list', '--limit', '1', '--json'])).stdout);
  assert.equal(list.items[0].state, 'done');
});

test('a pause outlives kill -9 and is answered from another shell', async () => {
  const before = orders().length;
  const id = await rig.pause();
  const { pid } = rig.daemonFile()!;
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  const { code, stderr } = await rig.run(['resume', '--execution-id', id]);
  assert.equal(code, 0, stderr);
  assert.equal(orders().length, before + 1);
});

test('a daemon that is stopped is not started again by who waits; the call is kept', async () => {
  const waiting = rig.run(['call', 'shop.orders.create', 'book=8', '--wait']);
  const id = await waitingFor(8);
  await rig.run(['daemon', 'stop']);
  const { code, stdout, stderr } = await waiting;
  assert.deepEqual({ code, stdout }, { code: 6, stdout: '' });
  assert.match(stderr, /exec_\S+ is kept: executor executions show exec_\S+\n/);
  assert.equal((await rig.run(['daemon', 'status'])).code, 6);
  assert.equal((await rig.run(['executions', 'show', id])).code, 0);
});

test('Ctrl-C without a terminal cancels the call that is waited for', async () => {
  const { code, stdout, stderr } = await rig.run(['call', 'shop.orders.create', 'book=1', '--wait'], { interruptAt: /executor resume/ });
  assert.deepEqual({ code, stdout }, { code: 130, stdout: '' });
  const [, id = ''] = /\ncancelled (exec_\S+)\n$/.exec(stderr) ?? [];
  assert.equal(JSON.parse((await rig.run(['executions', 'show', id, '--json'])).stdout).state, 'cancelled', stderr);
});

test('Ctrl-C without a terminal cancels the program that is waited for', async () => {
  const program = await rig.run(['run', '-', '--wait'], {
    input: 'await tools.shop.orders.create({ book: 2 });',
    interruptAt: /executor resume/,
  });
  assert.equal(program.code, 130);
  const [, id = ''] = /\ncancelled (exec_\S+)\n$/.exec(program.stderr) ?? [];
  assert.equal(JSON.parse((await rig.run(['executions', 'show', id, '--json'])).stdout).state, 'cancelled', program.stderr);
});

// `script` gives the command a terminal; what is typed comes from its stdin.
const onTerminal = (args: string[], typed: string) =>
  runProgram('script', ['-qfec', [process.execPath, ...args].map(word => `'${word}'`).join(' '), '/dev/null'], {
    env: rig.env,
    cwd: rig.home,
    input: typed,
  });

/** Types each text on a terminal as soon as the command has said what it answers. */
function typeOnTerminal(args: string[], typing: readonly (readonly [RegExp, string])[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn('script', ['-qfec', [process.execPath, ...args].map(word => `'${word}'`).join(' '), '/dev/null'], {
    env: rig.env as NodeJS.ProcessEnv,
    cwd: rig.home,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...typing];
  let stdout = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
    while (left[0]?.[0].test(stdout)) child.stdin.write(left.shift()![1]);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, stdout }));
  });
}

const CTRL_C = '\x03';

test('on a terminal Ctrl-C asks whether to cancel, too; no leaves the call waiting', { skip: process.platform !== 'linux' }, async () => {
  const { CLI } = await import('./rig.ts');
  for (const [answer, state] of [
    ['y\n', 'cancelled'],
    ['n\n', 'awaitingApproval'],
    [CTRL_C, 'awaitingApproval'],
  ] as const) {
    const { code, stdout } = await typeOnTerminal(
      [CLI, 'call', 'shop.orders.create', 'book=3', '--wait'],
      [
        [/executor resume/, CTRL_C],
        [/as well\? \[y\/N\]/, answer],
      ],
    );
    assert.equal(code, 130, stdout);
    const [, id = ''] = /Cancel (exec_\S+) as well/.exec(stdout) ?? [];
    assert.equal(JSON.parse((await rig.run(['executions', 'show', id, '--json'])).stdout).state, state, stdout);
  }
});

test('on a terminal resume shows what it is about to approve and asks', { skip: process.platform !== 'linux' }, async () => {
  const { CLI } = await import('./rig.ts');
  const before = orders().length;
  const id = await rig.pause();
  const no = await onTerminal([CLI, 'resume', '--execution-id', id], 'n\n');
  assert.equal(no.code, 3, no.stdout);
  assert.match(no.stdout, /tool +shop\.orders\.create \(write\)/);
  assert.match(no.stdout, /request +POST http/);
  assert.match(no.stdout, /"book": 1/);
  assert.match(no.stdout, /accept\? \[y\/N\]/);
  assert.equal(orders().length, before);
  const yes = await onTerminal([CLI, 'resume', '--execution-id', id], 'y\n');
  assert.equal(yes.code, 0, yes.stdout);
  assert.equal(orders().length, before + 1);
  assert.equal((await onTerminal([CLI, 'resume', '--execution-id', await rig.pause(), '--yes'], '')).code, 0);
});
