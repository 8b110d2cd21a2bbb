import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { challengeAnswer, loadToken, tokenMatches } from '../../runtime/token.ts';
import { modeOf, temporaryFolder } from './folder.ts';

test('the token is made once in a private file, and read from then on', t => {
  const folder = temporaryFolder(t);
  const token = loadToken(folder);
  assert.match(token, /^exec_owner_[A-Za-z0-9_-]{43}$/);
  assert.equal(modeOf(path.join(folder, 'token')), '600');
  assert.equal(loadToken(folder), token);
  assert.notEqual(loadToken(temporaryFolder(t)), token);
});

test('a damaged token file is refused with what to do', t => {
  const folder = temporaryFolder(t);
  for (const bad of ['', 'exec_owner_', 'hunter2', `exec_owner_${'a'.repeat(42)}`, `exec_owner_${'a'.repeat(43)} x`]) {
    fs.writeFileSync(path.join(folder, 'token'), bad);
    assert.throws(() => loadToken(folder), { code: 'internal', message: /delete it to have a new one made/ });
  }
});

test('tokens match when they are equal, whatever their lengths', () => {
  assert.equal(tokenMatches('abc', 'abc'), true);
  for (const other of ['', 'ab', 'abd', 'abcd', 'ABC', 'abc ']) assert.equal(tokenMatches(other, 'abc'), false, other);
});

test('the answer to a challenge is HMAC-SHA256 in hex, and depends on token and nonce', () => {
  // RFC 4231, test case 2
  assert.equal(challengeAnswer('Jefe', 'what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  assert.notEqual(challengeAnswer('a', 'n'), challengeAnswer('b', 'n'));
  assert.notEqual(challengeAnswer('a', 'n'), challengeAnswer('a', 'm'));
});
