import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discreet } from '../../runtime/masked-document.ts';
import { secretsInHeaders } from '../../runtime/secret-values.ts';

const SECRET = 'sentinel-of-fetching';
const bytes = (text: string) => new TextEncoder().encode(text);
const said = async (text: string, secrets: readonly string[]): Promise<string> =>
  new TextDecoder().decode((await discreet({ url: 'http://a.test/', bytes: bytes(text) }, secrets)).bytes);

test('a description is kept without what it was fetched with, and stays what it is', async () => {
  const written = [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex')];
  for (const form of written) assert.equal(await said(`description: ${form}`, [`Bearer ${SECRET}`]), 'description: redacted');
  assert.deepEqual(JSON.parse(await said(JSON.stringify({ a: { [SECRET]: [SECRET] } }), [SECRET])), { a: { redacted: ['redacted'] } });
});

test('a credential is found across the pieces in which a large description is searched', async () => {
  for (const before of [1024 * 1024 - 1, 1024 * 1024 - SECRET.length, 1024 * 1024]) {
    const kept = await said(`${' '.repeat(before)}${SECRET}`, [SECRET]);
    assert.equal(kept.trimStart(), 'redacted');
  }
});

test('short values, which may be ordinary words, and a description that has none are left as they are', async () => {
  assert.equal(await said('type: object', ['object', SECRET]), 'type: object');
  const brought = { url: 'http://a.test/', bytes: bytes('nothing') };
  assert.equal((await discreet(brought, [SECRET])).bytes, brought.bytes);
});

test('of static headers those that say how to talk are no secrets', () => {
  const ordinary = { accept: 'application/json', 'Content-Type': 'text/plain', 'X-GitHub-Api-Version': '2022-11-28', 'User-Agent': 'me' };
  assert.deepEqual(secretsInHeaders({ ...ordinary, 'x-key': SECRET, authorization: 'Bearer x', acceptance: 'y' }), [
    SECRET,
    'Bearer x',
    'y',
  ]);
});
