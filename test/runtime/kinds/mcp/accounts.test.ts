import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FaultError } from '../../../../machines/schema/fault.ts';
import { House } from './house.ts';
import { Remote, tool } from './remote.ts';

const house = new House({ sessions: { startMs: 20_000 } });
const remote = new Remote();
const diary = house.diary('accounts');
before(async () => {
  remote.tools = [tool('look')];
  await remote.open();
  await house.open();
  await house.allow('*.**');
});
after(async () => {
  await house.close();
  await remote.close();
});

const secretOf = ({ result }: { result?: unknown }) =>
  (result as { structuredContent?: { secret?: string } } | undefined)?.structuredContent?.secret;
const connect = (source: string, values: Record<string, string>, more: object = {}) =>
  house.runtime.connections.connect({ source, values, ...more });

test('a command has accounts too: variables in its environment, and a process for each', async () => {
  const view = await house.addOdd('accounts', 'well', { diary: diary.path });
  assert.deepEqual(
    view.authMethods?.map(({ id, kind }) => [id, kind]),
    [
      ['environment', 'custom'],
      ['none', 'none'],
    ],
  );
  assert.equal(secretOf(await house.call('accounts.env')), undefined);
  await connect('accounts', { ODD_SECRET: 'secret-of-work' }, { name: 'work' });
  await connect('accounts', { 'env.ODD_SECRET': 'secret-of-home' }, { name: 'home' });
  const before = diary.pids().length;
  for (const connection of ['work', 'home', 'work', 'home', undefined]) {
    const called = await house.call('accounts.env', {}, connection === undefined ? {} : { connection });
    assert.equal(secretOf(called), '[redacted]', `${connection}: it was given, and is not said back`);
  }
  assert.equal(diary.pids().length - before, 2, 'one for each account, shared by its calls');
  await connect('accounts', { ODD_SECRET: 'another-secret-of-work' }, { name: 'work' });
  assert.equal(secretOf(await house.call('accounts.env', {}, { connection: 'work' })), '[redacted]');
  assert.equal(diary.pids().length - before, 3, 'a new secret is a new process');
  await assert.rejects(connect('accounts', { 'NOT A NAME': 'x' }), ({ code }: FaultError) => code === 'invalid_arguments');
  await assert.rejects(connect('accounts', { token: 'x' }, { method: 'bearer' }), ({ code }: FaultError) => code === 'invalid_arguments');
});

test('a source that is used as it is has its connection’s credential, and says when that is no longer taken', async () => {
  await house.runtime.sources.add({ namespace: 'remote', url: remote.url, kind: 'mcp', allowPrivate: true });
  assert.equal((await house.runtime.sources.wait('remote')).state, 'ready');
  const through = house.runtime.passthrough('remote');
  remote.authorization = 'Bearer token-of-ada';
  const refused = ({ code, details }: FaultError) => code === 'login_required' && details?.source === 'remote';
  await assert.rejects(through.request('prompts/list'), refused, 'without a connection it is not let in');
  await connect('remote', { token: 'token-of-ada' }, { method: 'bearer' });
  await through.request('prompts/list');
  const seen = remote.seen.filter(({ method }) => method === 'prompts/list');
  assert.equal(seen.at(-1)!.headers.authorization, 'Bearer token-of-ada');
  const called = await house.call('remote.look');
  assert.equal(called.state, 'done', JSON.stringify(called.error));
  assert.equal(remote.seen.at(-1)!.session, seen.at(-1)!.session, 'calls share the session');

  remote.authorization = 'Bearer token-of-grace';
  await assert.rejects(through.request('prompts/list'), refused);
  assert.equal(house.runtime.connections.get('remote', 'default').state, 'expired');
  await connect('remote', { token: 'token-of-grace' }, { method: 'bearer' });
  await through.request('prompts/list');
});
