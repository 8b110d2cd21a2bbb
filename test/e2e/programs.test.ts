import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBookshop } from '../../demo/bookshop.ts';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { type Script, scripts } from './program-scripts.ts';
import { openGithubApi } from './program-upstreams.ts';

/* Programs as models write them, through a real daemon, against the bookshop and GitHub's whole description. */

const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
after(async () => {
  for (const fn of end) await fn();
});

let daemon: DaemonProcess;
let github: Awaited<ReturnType<typeof openGithubApi>>;

before(async () => {
  github = await openGithubApi(t);
  const bookshop = await openBookshop();
  t.after(bookshop.close);
  daemon = await startDaemon(t, temporaryDataDir(t));
  await daemon.api.post('/api/sources', github.source);
  await daemon.api.post('/api/sources', { url: bookshop.url, namespace: 'shop', allowPrivate: true });
  for (const namespace of ['shop', 'github']) {
    const { body } = await daemon.api.get(`/api/sources/${namespace}?wait=300`);
    assert.equal(body.state, 'ready', JSON.stringify(body));
  }
});

/** Runs a program to its end; a person answers what it asks, one question after the other. */
async function run({ code, says = [] }: Script) {
  const { api } = daemon;
  const { id } = (await api.post('/api/executions', { code })).body;
  let view = (await api.get(`/api/executions/${id}?wait=120`)).body;
  for (let asked = 0; view.state === 'paused'; asked++) {
    const question = view.interactions.find((one: { settledAt?: string }) => !one.settledAt);
    const action = says[Math.min(asked, says.length - 1)];
    assert.ok(action, `nobody was to be asked: ${question.message}`);
    view = (await api.resume(id, { action, interaction: question.id })).body;
  }
  return view;
}

for (const script of scripts) {
  test(script.title, async () => {
    const view = await run(script);
    if (script.error) {
      assert.deepEqual([view.state, view.error.code], ['failed', script.error.code], JSON.stringify(view.error));
      for (const [name, value] of Object.entries(script.error.details ?? {})) assert.deepEqual(view.error.details[name], value, name);
    } else {
      assert.equal(view.state, 'done', JSON.stringify(view.error));
      assert.deepEqual(view.result, script.result);
    }
    for (const [route, count] of Object.entries(script.writes ?? {})) assert.equal(github.count(route), count, route);
  });
}

test('there are at least thirty of them, and nothing waits any more', async () => {
  assert.ok(scripts.length >= 30);
  assert.deepEqual((await daemon.api.get('/api/executions?state=pending')).body.items, []);
});
