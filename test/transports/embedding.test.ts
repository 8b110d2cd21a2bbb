import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createExecutor } from '../../transports/embedding/executor.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { description } from './warehouse.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('in a process of its own: a source is added, a read answers, a write waits, and the next process completes it', async t => {
  const upstream = await recordUpstream(t, ({ method, text }, res) =>
    answerJson(res, 200, method === 'POST' ? JSON.parse(text) : [{ name: 'bolt' }]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'executor-embedded-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const first = await createExecutor({ dataDir: join(folder, 'data') });
  const source = await first.sources.add({ spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.deepEqual([source.state, source.toolCount], ['ready', 10]);
  assert.equal((await first.tools.search('create an item')).items[0]!.path, 'w.items.create');
  const read = await first.call('w.items.list');
  assert.deepEqual([read.state, read.result], ['done', [{ name: 'bolt' }]]);
  const heard: string[] = [];
  first.subscribe(change => void (change.topic === 'executions' && heard.push(change.view.state)));
  const paused = await first.call('w.items.create', { name: 'bolt' });
  assert.equal(paused.state, 'awaitingApproval');
  assert.ok(heard.includes('awaitingApproval'));
  await assert.rejects(first.call('w.items.creat'), { code: 'tool_not_found' });
  await first.close();

  const second = await createExecutor({ dataDir: join(folder, 'data') });
  t.after(() => second.close());
  const done = await second.executions.resume(paused.id, { action: 'accept' });
  assert.deepEqual([done.state, await second.executions.result(paused.id)], ['done', { name: 'bolt' }]);
  const program = await second.run('return (await tools.w.items.list({})).length');
  assert.deepEqual([program.state, program.result], ['done', 1]);
  assert.equal(upstream.count('POST /items'), 1);
});

test('the package declares what it gives: a strict consumer compiles against it', t => {
  const folder = mkdtempSync(join(root, 'test', '.consumer-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'use.ts'),
    `import { createExecutor, type Execution } from 'executor';
const executor = await createExecutor({ dataDir: '/nowhere' });
export const execution: Execution = await executor.call('w.items.create', { name: 'bolt' }, { seconds: 5 });
// @ts-expect-error an action that there is not
await executor.executions.resume(execution.id, { action: 'maybe' });
await executor.close();
`,
  );
  const options =
    '--ignoreConfig --strict --noEmit --target es2022 --module nodenext --moduleResolution nodenext --lib es2022,dom --types'.split(' ');
  execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, '', join(folder, 'use.ts')], { cwd: root, stdio: 'pipe' });
});
