import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../sweeps/soak/soak.ts';

// `npm run sweep:soak` is the same with 500.
test('forty clients connect, call over pipes and over HTTP, and vanish, half without a word: nothing of them is left', {
  skip: process.platform !== 'linux' && 'what a process holds is read from /proc',
}, async t => {
  const { before, after, failures } = await soak(t, 40);
  assert.deepEqual(failures, []);
  assert.equal(after.children, before.children);
  assert.equal(after.upstreamSessions, before.upstreamSessions);
  assert.ok(after.upstreamSockets <= before.upstreamSockets + 2, `sockets: ${before.upstreamSockets}, then ${after.upstreamSockets}`);
  assert.ok(after.descriptors <= before.descriptors + 4, `descriptors: ${before.descriptors}, then ${after.descriptors}`);
  assert.ok(after.heapMb < before.heapMb + 4, `heap: ${before.heapMb} MB, then ${after.heapMb} MB`);
  assert.ok(after.rssMb < before.rssMb + 32, `memory: ${before.rssMb} MB, then ${after.rssMb} MB`);
});
