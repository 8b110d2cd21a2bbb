import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRig } from './rig.ts';

const WATCH = ['generate', '--watch', '--format', 'typescript', '--output', 'client.ts'];
const WRITTEN = /^client\.ts: [\d,]+ bytes$/m;

test('generate --watch writes the client again for each new catalog, also of the daemon that came back', async t => {
  const rig = await openRig();
  t.after(() => rig.close());
  const client = () => readFileSync(join(rig.home, 'client.ts'), 'utf8');
  const add = (name: string) => rig.run(['add', rig.specFile, '--name', name, '--allow-private']);
  let first: ReturnType<typeof add>;
  const { code, stderr } = await rig.run(WATCH, {
    person: [
      [
        WRITTEN,
        () => {
          assert.doesNotMatch(client(), /'?shop/);
          first = add('shop');
        },
      ],
      [
        WRITTEN,
        async () => {
          assert.match(client(), /"shop\.books\.list": \{ input/);
          assert.equal((await first).code, 0);
          assert.equal((await rig.run(['daemon', 'restart'])).code, 0);
          assert.equal((await add('stall')).code, 0);
        },
      ],
      [WRITTEN, () => assert.match(client(), /"shop\.books\.list": [\s\S]*"stall\.books\.list": \{ input/)],
    ],
    interruptAt: /(client\.ts: [\d,]+ bytes[\s\S]*){3}/,
  });
  assert.equal(code, null, 'it ends when it is interrupted, not before');
  assert.match(stderr, /^The daemon went away; waiting for it\.$/m);
  assert.equal(stderr.match(/up to date/), null, 'the same catalog again is not written again');
});

test('what could not be generated is generated with the next catalog', async t => {
  const rig = await openRig();
  t.after(() => rig.close());
  let added: ReturnType<typeof rig.run>;
  await rig.run([...WATCH, '--source', 'shop'], {
    person: [
      [
        /^executor: there is no source shop$/m,
        () => {
          assert.equal(existsSync(join(rig.home, 'client.ts')), false);
          added = rig.run(['add', rig.specFile, '--name', 'shop', '--allow-private']);
        },
      ],
    ],
    interruptAt: WRITTEN,
  });
  assert.equal((await added!).code, 0);
  assert.match(readFileSync(join(rig.home, 'client.ts'), 'utf8'), /"shop\.books\.list": \{ input/);
});

test('a daemon that knows nobody of this token is not watched', async t => {
  const rig = await openRig();
  t.after(() => rig.close());
  assert.equal((await rig.run(['daemon', 'start'])).code, 0);
  const { code, stderr } = await rig.run(WATCH, { env: { EXECUTOR_TOKEN: 'exe_nobody' } });
  assert.equal(code, 4, stderr);
});
