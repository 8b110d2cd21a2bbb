import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { House, isAlive, ODD, textOf, until } from './house.ts';

// Adding a source costs a thread that loads the indexer: what can be shown with one source is.
const house = new House({ sessions: { startMs: 20_000 } });
const diary = house.diary('well');
const grand = house.diary('grand');
before(async () => {
  await house.open();
  await house.allow('*.**');
  const well = house.runtime.sources.add({
    namespace: 'well',
    command: process.execPath,
    args: [ODD, 'well', diary.path, '; touch /tmp/executor-was-here', '$HOME'],
    env: { ODD_SECRET: '$(id) `id` "quoted" s3cr3t-value-of-env' },
  });
  await Promise.all([well, house.addOdd('grand', 'grandchild', { diary: grand.path }), house.addOdd('older', 'legacy-exit')]);
  await house.runtime.sources.wait('well');
});
after(() => house.close());

test('a command becomes tools, all of them writes', async () => {
  const view = house.runtime.sources.get('well');
  assert.equal(view.state, 'ready', JSON.stringify(view.error));
  assert.deepEqual([view.kind, view.toolCount, view.env], ['mcp', 10, ['ODD_SECRET']]);
  const { items } = await house.runtime.tools.search({ source: 'well', principal: house.runtime.principals.owner });
  assert.deepEqual([...new Set(items.map(({ effect }) => effect))], ['write']);
});

test('no call starts a process, and calls at the same time share the child that described itself', async () => {
  const views = await Promise.all(Array.from({ length: 20 }, (_, n) => house.call('well.echo', { text: String(n) })));
  assert.deepEqual(
    views.map(textOf),
    Array.from({ length: 20 }, (_, n) => String(n)),
  );
  assert.equal(diary.pids().length, 1);
});

test('a child sees none of our environment but what it needs, its own variables and arguments as they are, and no shell', async () => {
  const called = await house.call('well.env');
  const names = textOf(called).split(' ');
  assert.ok(names.includes('PATH') && names.includes('ODD_SECRET'));
  assert.deepEqual(
    names.filter(name => /EXECUTOR|NODE_|npm_/.test(name)),
    [],
  );
  const { structuredContent } = called.result as { structuredContent: { secret: string; argv: string[] } };
  assert.deepEqual(structuredContent.argv.slice(2), ['; touch /tmp/executor-was-here', '$HOME']);
  assert.equal(structuredContent.secret, '[redacted]', 'what is sealed is not said back');
});

test('an idle child is ended, and the next call starts another', async () => {
  const quick = new House({ sessions: { idleMs: 200, startMs: 20_000 } });
  await quick.open();
  await quick.allow('idle.**');
  const seen = quick.diary('idle');
  await quick.addOdd('idle', 'well', { diary: seen.path });
  const described = seen.pids();
  await until('the idle child to end', () => !described.some(isAlive));
  assert.equal(textOf(await quick.call('idle.echo', { text: 'again' })), 'again');
  assert.equal(seen.pids().length, described.length + 1);
  const [last] = seen.pids().slice(-1);
  await quick.close();
  assert.equal(isAlive(last!), false, 'nothing outlives the daemon');
});

test('a child that has lived its time is ended, and the next call starts another', async () => {
  const brief = new House({ sessions: { lifeMs: 0, startMs: 20_000 } });
  await brief.open();
  await brief.allow('brief.**');
  const seen = brief.diary('brief');
  await brief.addOdd('brief', 'well', { diary: seen.path });
  assert.equal(textOf(await brief.call('brief.echo', { text: 'one' })), 'one');
  const before = seen.pids();
  const then = Date.now();
  await until('the clock to go on', () => Date.now() > then);
  assert.equal(textOf(await brief.call('brief.echo', { text: 'two' })), 'two');
  assert.ok(!before.includes(seen.pids().at(-1)!), 'the second call has another child');
  await until('the older children to end', () => !before.some(isAlive));
  await brief.close();
});

test('a server that crashes at the start fails with what it last said, and is not started over and over', async () => {
  const seen = house.diary('crash');
  const view = await house.addOdd('crash', 'crash', { diary: seen.path });
  assert.equal(view.state, 'failed');
  assert.match(view.error!.message, /no config file found/);
  assert.ok(seen.pids().length <= 2);
});

test('what is no program, no server, or silent fails with a reason, and in time', async () => {
  const strict = new House({ sessions: { startMs: 2_000 } });
  await strict.open();
  await strict.runtime.sources.add({ namespace: 'nothere', command: '/no/such/program' });
  const missing = await strict.runtime.sources.wait('nothere');
  assert.equal(missing.state, 'failed');
  assert.match(missing.error!.message, /no "\/no\/such\/program"/);
  for (const view of await Promise.all([strict.addOdd('garbage', 'garbage'), strict.addOdd('hang', 'hang')])) {
    assert.equal(view.state, 'failed');
    assert.match(view.error!.code, /upstream_(timeout|unreachable)/);
  }
  await strict.close();
});

test('a server that ends when it is asked in the newer way is asked in the older one', () => {
  const view = house.runtime.sources.get('older');
  assert.equal(view.state, 'ready', JSON.stringify(view.error));
});

test('progress of a call reaches the client that takes part in it', async () => {
  const heard: number[] = [];
  const view = await house.call('well.slow', {}, { companion: { progress: ({ progress }) => void heard.push(progress) } });
  assert.equal(textOf(view), 'slow and sure');
  assert.deepEqual(heard.slice(0, 2), [1, 2]);
});

test('a server samples through the client that takes part in the call, and is told when none does', async () => {
  const sample = async (params: unknown) => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: JSON.stringify(params).slice(0, 20) },
  });
  assert.match(textOf(await house.call('well.sample', { text: 'hi' }, { companion: { sample } })), /"model":"m"/);
  assert.match(textOf(await house.call('well.sample', { text: 'hi' })), /No client that can sample/);
});

test('a call that is cancelled is cancelled on the other side, too', async () => {
  const { id } = await house.start('well.wait');
  await until('the call to arrive', () => diary.lines().includes('call wait'));
  await house.runtime.executions.cancel(id, house.runtime.principals.owner);
  await until('the cancellation to arrive', () => diary.lines().some(line => line.startsWith('cancelled ')));
});

test('a form that a server puts pauses the call; the answer goes back into its session', async () => {
  const view = await house.call('well.ask', { text: 'the door' });
  assert.equal(view.state, 'paused');
  const { kind, message, schema } = view.interactions.at(-1)!;
  assert.equal(kind, 'form');
  assert.equal(message, 'Which colour for the door?');
  assert.ok((schema as { properties: object }).properties);
  for (const content of [undefined, {}, { colour: 'green' }, { colour: 'red', more: 1 }]) {
    await assert.rejects(house.answer(view, 'accept', content), { code: 'invalid_arguments' });
  }
  await house.answer(view, 'accept', { colour: 'red' });
  const done = await house.settle(view.id);
  assert.equal(textOf(done), 'answer {"action":"accept","content":{"colour":"red"}}');
  const declined = await house.call('well.ask', { text: 'the door' });
  await house.answer(declined, 'decline');
  assert.equal(textOf(await house.settle(declined.id)), 'answer {"action":"decline"}');
});

test('a form is put to the principal whose call it is, never to another one: rather to nobody', async () => {
  const [owner, stranger] = [house.runtime.principals.owner, house.runtime.principals.local];
  const waiting = await house.start('well.wait', {}, { principal: stranger });
  await until('both to be under way', () => diary.lines().filter(line => line === 'call wait').length >= 2);
  const view = await house.call('well.ask', { text: 'x' });
  assert.match(textOf(view), /"action":"cancel"/);
  await house.runtime.executions.cancel(waiting.id, owner);
  await until('the other call to end', async () => (await house.settle(waiting.id, 1)).state !== 'running');
  assert.equal((await house.call('well.ask', { text: 'x' })).state, 'paused');
});

test('an answer that is no response is an error, lines that are no messages are left out', async () => {
  const odd = await house.call('well.nonsense');
  assert.equal(odd.state, 'failed');
  assert.equal(odd.error!.code, 'mcp_tool_error');
});

test('a child that dies in a call leaves a write in doubt; the form it had put is withdrawn; the next call gets a new child', async () => {
  const before = diary.pids().length;
  const asking = house.runtime.executions.list({ state: 'paused' }, house.runtime.principals.owner);
  const held = (await asking).items.find(({ tool }) => tool === 'well.ask')!;
  process.kill(diary.pids().at(-1)!, 'SIGKILL');
  await until(
    'the loss to be seen',
    () => house.runtime.executions.get(held.id, house.runtime.principals.owner).interactions.length > held.interactions.length,
  );
  const lost = house.runtime.executions.get(held.id, house.runtime.principals.owner);
  assert.equal(lost.state, 'paused');
  assert.deepEqual([lost.interactions.at(-2)!.action, lost.interactions.at(-1)!.kind], ['cancel', 'unknown_outcome']);
  const view = await house.call('well.crash');
  assert.equal(view.state, 'paused');
  assert.match(view.interactions.at(-1)!.message, /ended with code 7/);
  assert.equal(textOf(await house.call('well.echo', { text: 'alive' })), 'alive');
  assert.equal(diary.pids().length, before + 2);
});

test('of several calls of one principal, a server samples through the one whose client can', async () => {
  const waits = () => diary.lines().filter(line => line === 'call wait').length;
  const before = waits();
  const waiting = await house.start('well.wait');
  await until('it to be under way', () => waits() > before);
  const sample = async () => ({ model: 'm', role: 'assistant', content: { type: 'text', text: 'hello' } });
  assert.match(textOf(await house.call('well.sample', { text: 'hi' }, { companion: { sample } })), /"model":"m"/);
  await house.runtime.executions.cancel(waiting.id, house.runtime.principals.owner);
});

test('a server that floods is let go', async () => {
  const view = await house.settle((await house.start('well.flood')).id, 60);
  assert.equal(view.state, 'paused');
  assert.match(view.interactions.at(-1)!.message, /more messages than anybody could read/);
});

test('removing a source ends its child with all that the child has started', async () => {
  const pids = [...grand.pids(), ...grand.pids('grandchild')];
  assert.equal(pids.length, 2);
  assert.ok(pids.every(isAlive));
  await house.runtime.sources.remove('grand');
  await until('both to end', () => !pids.some(isAlive));
});

test('when the daemon is killed outright, no child is left, not even one that minds no signal', async () => {
  const seen = house.diary('orphan');
  const script = fileURLToPath(new URL('./killed.ts', import.meta.url));
  const daemon = spawn(process.execPath, ['--import', 'tsx', script, `${house.directory}/orphans`, ODD, seen.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(daemon.stdout!, 'data');
  const pids = [...seen.pids(), ...seen.pids('grandchild')];
  assert.equal(pids.length, 3);
  assert.ok(pids.every(isAlive));
  daemon.kill('SIGKILL');
  await until('all of them to end', () => !pids.some(isAlive));
});
