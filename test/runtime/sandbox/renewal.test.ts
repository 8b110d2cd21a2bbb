import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { takePicture } from '../../../runtime/sandbox/picture.ts';
import { prepare } from '../../../runtime/sandbox/prepare.ts';
import { REHEARSAL, rehearse } from '../../../runtime/sandbox/rehearsal.ts';
import { createVm, type Vm } from '../../../runtime/sandbox/vm.ts';
import { fault, ok, openPool, type Told } from './host.ts';

const wasm = await WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')));
const MEMORY = 64 * 1024 * 1024;

/** Runs a program without any scheduler and tells what it came to. */
function told(vm: Vm, code: string): string[] {
  const heard: string[] = [];
  let n = 0;
  vm.begin(
    {
      issue: (kind, request) => {
        heard.push(`${kind} ${request}`);
        return ++n;
      },
      put: (kind, _level, text) => {
        heard.push(`${kind} ${text}`);
        return 1;
      },
      interrupted: () => false,
    },
    { seed: [1, 2, 3, 4, 5, 6, 7, 8], now: 0, stack: 256 * 1024 },
  );
  vm.run(`(async function(){"use strict";${code}\n})`, false);
  vm.drain();
  return heard;
}

const LEAVES_ALL_IT_CAN = `
  globalThis.left = 'here'; Array.prototype.left = 'here'; Object.prototype.left = 'here'; Promise.prototype.then = undefined;
  JSON.parse = () => 'left'; Math.random = () => 4; Date.now = () => 4;
  for (const name of ['tools', 'emit', 'sleep', 'console', 'crypto', 'setTimeout', 'queueMicrotask', 'structuredClone', 'performance']) delete globalThis[name];
  const big = []; for (let i = 0; i < 20000; i++) big.push('left ' + i);
  throw new Error(big.length);
`;
const LOOKS = `
  await undefined;
  let order = []; for (const key in {}) order.push(key);
  emit([typeof left, [].left, {}.left, order, JSON.parse('1'), Math.random(), Date.now(), crypto.randomUUID(), Object.getOwnPropertyNames(globalThis)]);
  tools.a.b.c({}); sleep(1);
  return new Error('x').stack;
`;

test('a VM that was renewed is, to its next program, a new one', async () => {
  const [used, fresh] = await Promise.all([createVm(wasm, MEMORY), createVm(wasm, MEMORY)]);
  const expected = told(fresh, LOOKS);
  assert.ok(expected.some(text => text.startsWith('emit ["undefined",null,null,[],1,')));
  assert.ok(expected.some(text => text.startsWith('call {"path":"a.b.c"')));
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(
      told(used, LEAVES_ALL_IT_CAN).map(text => text.slice(0, 33)),
      ['failed {"name":"Error","message":'],
    );
    assert.equal(used.renew(), true);
    assert.deepEqual(told(used, LOOKS), expected);
    assert.equal(used.renew(), true);
  }
});

test('a rehearsal succeeds and leaves nothing behind', async () => {
  const [used, fresh] = await Promise.all([createVm(wasm, MEMORY), createVm(wasm, MEMORY)]);
  const script = await prepare(REHEARSAL);
  for (let i = 0; i < 2; i++) {
    const end = rehearse(used, script);
    assert.equal(end.type, 'done', JSON.stringify(end));
    assert.match(end.type === 'done' ? end.json : '', /^\{"pages":4,"names":"TM 19/);
    assert.equal(used.renew(), true);
  }
  assert.deepEqual(told(used, LOOKS), told(fresh, LOOKS));
});

test('a VM whose engine gave up, or whose memory has grown, is not used again', async () => {
  const [broken, grown] = await Promise.all([createVm(wasm, MEMORY), createVm(wasm, MEMORY)]);
  assert.throws(() => broken.run('(', false));
  assert.equal(broken.renew(), false);
  told(grown, 'globalThis.kept = "x".repeat(2 ** 24).split("");');
  assert.equal(grown.renew(), false);
});

test('a picture of a memory brings back every byte, where there was something and where there was nothing', () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 16 });
  const bytes = Buffer.from(memory.buffer);
  bytes.set([1, 2, 3], 65_540);
  const before = Buffer.from(bytes);
  const picture = takePicture(memory);
  for (const at of [0, 65_540, 65_541, 131_071, 200_000, bytes.length - 1]) bytes[at] = 9;
  assert.equal(picture.restore(), true);
  assert.ok(bytes.equals(before));
  memory.grow(1);
  assert.equal(picture.restore(), false);
});

test('programs that follow each other in one thread know nothing of each other', async t => {
  const pool = openPool({ size: 1 });
  t.after(() => pool.close());
  const look = `return [typeof globalThis.left, Math.random(), Date.now(), (await tools.s.get({})).path, ({}).left]`;
  const answer: Parameters<typeof pool.run>[1] = (_, request) => ok(request);
  const first: Told = await pool.run({ code: look }, answer).told;
  for (let i = 0; i < 3; i++) {
    assert.equal(fault(await pool.run({ code: LEAVES_ALL_IT_CAN }, answer).told).code, 'invalid_arguments');
    const next: Told = await pool.run({ code: look }, answer).told;
    assert.deepEqual(next.result, first.result);
    assert.deepEqual(next.steps, first.steps);
  }
});
