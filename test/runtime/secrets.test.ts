import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openSecrets } from '../../runtime/secrets.ts';

const key = Buffer.alloc(32, 7);
const value = { headers: { authorization: 'Bearer s3cret-value' }, emoji: '🔑' };

function secrets(rows: Record<string, string> = {}, under: Uint8Array = key) {
  return openSecrets({ key: under, store: { get: handle => rows[handle] } });
}

test('what is sealed opens again, and shows nothing of itself at rest', () => {
  const { handle, sealed } = secrets().seal(value);
  assert.match(handle, /^secret_[A-Za-z0-9_-]{22}$/);
  assert.match(sealed, /^v1\.[A-Za-z0-9_-]+$/);
  assert.doesNotMatch(Buffer.from(sealed.slice(3), 'base64url').toString('latin1'), /s3cret|authorization/);
  assert.deepEqual(secrets().open(handle, sealed), value);
  assert.deepEqual(secrets({ [handle]: sealed }).reveal(handle), value);
});

test('the same value sealed twice is two different secrets', () => {
  const one = secrets().seal('x');
  const two = secrets().seal('x');
  assert.notEqual(one.handle, two.handle);
  assert.notEqual(one.sealed, two.sealed);
});

test('a change of any byte is noticed', () => {
  const { handle, sealed } = secrets().seal(value);
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let position = 0; position < bytes.length; position++) {
    const changed = Buffer.from(bytes);
    changed[position] = (changed[position] ?? 0) ^ 1;
    assert.throws(() => secrets().open(handle, `v1.${changed.toString('base64url')}`), { code: 'internal', message: /cannot be opened/ });
  }
});

test('a sealed value opens under its own handle and key only', () => {
  const one = secrets().seal('one');
  const two = secrets().seal('two');
  assert.throws(() => secrets().open(two.handle, one.sealed), { code: 'internal', message: /sealed under another key/ });
  assert.throws(() => secrets({}, randomBytes(32)).open(one.handle, one.sealed), {
    code: 'internal',
    details: { reason: 'secret_damaged', handle: one.handle },
  });
});

test('an envelope that is cut, empty or of another version is refused', () => {
  const { handle, sealed } = secrets().seal('x');
  for (const bad of ['', 'v1.', 'v1', sealed.slice(0, 20), `v2${sealed.slice(2)}`, `${sealed}.x`, sealed.slice(0, -8)]) {
    assert.throws(() => secrets().open(handle, bad), { code: 'internal' }, bad);
  }
});

test('a handle without a stored value says so, and what is no JSON cannot be sealed', () => {
  assert.throws(() => secrets().reveal('secret_gone'), { code: 'internal', message: /nothing is stored/ });
  assert.throws(() => secrets().seal(undefined), { code: 'internal' });
});

test('an envelope written by the first version opens for ever', () => {
  const frozen = 'v1.AAECAwQFBgcICQoLIuNAUD0RZyo6sW1Nm6vhT3YhZWcTG962Qv4OlR6PCBMtQl4W_UXyIpL1ukE';
  assert.equal(secrets().open('secret_AAAAAAAAAAAAAAAAAAAAAA', frozen), 'Bearer of the first commit');
});
