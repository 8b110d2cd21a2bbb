import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openShop } from '../oauth/rig.ts';

const SCHEMES = { token: { type: 'http', scheme: 'bearer' } };
const REFERENCE = 'op://vault/shop/token';
const skip = process.platform === 'win32' && 'the stand-in for 1Password’s command line is a shell script';

/** A shop, and a vault at the end of an `op` that is found where commands are: it writes down how it was asked. */
async function openVault(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'executor-op-'));
  const { PATH = '' } = process.env;
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true, force: true });
  });
  const [asked, value] = [join(folder, 'asked'), join(folder, 'value')];
  const script = `#!/bin/sh\necho "$@" >> '${asked}'\nif [ -f '${value}' ]; then cat '${value}'; else echo 'the vault is locked' >&2; exit 1; fi\n`;
  writeFileSync(join(folder, 'op'), script);
  chmodSync(join(folder, 'op'), 0o755);
  let taken = '';
  const shop = await openShop(t, {
    schemes: () => SCHEMES,
    security: [{ token: [] }],
    answer({ path, headers }, res) {
      if (path !== '/orders' || headers.authorization === `Bearer ${taken}`) return false;
      res.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return true;
    },
  });
  return {
    ...shop,
    connect: () => shop.owner.post('/api/connections', { source: 'shop', method: 'token', values: { token: REFERENCE } }),
    call: async () => (await shop.owner.invoke('shop.orders.list')).body,
    asked: (): string[] => (existsSync(asked) ? readFileSync(asked, 'utf8').trim().split('\n') : []),
    /** What the vault holds, and what the shop takes. */
    hold(secret: string | undefined, also = secret): void {
      if (secret === undefined) rmSync(value, { force: true });
      else writeFileSync(value, secret);
      taken = also ?? '';
    },
  };
}

test('a secret in 1Password is read when it is used, and anew once it is no longer taken', { skip }, async t => {
  const { connect, call, asked, hold } = await openVault(t);
  hold('first-of-the-vault');
  await connect();
  for (let n = 0; n < 2; n++) assert.equal((await call()).ok, true);
  assert.deepEqual(asked(), [`read --no-newline ${REFERENCE}`], 'what was read is believed for a while');
  hold('second-of-the-vault');
  assert.equal((await call()).error.code, 'login_required');
  await connect();
  assert.equal((await call()).ok, true);
  assert.equal(asked().length, 2);
});

test('a vault that cannot be read lets the call wait, and says why', { skip }, async t => {
  const { connect, call, hold } = await openVault(t);
  hold(undefined, 'of-the-vault');
  await connect();
  const { error } = await call();
  assert.deepEqual([error.code, error.message], ['login_required', `${REFERENCE} could not be read: the vault is locked`]);
});
