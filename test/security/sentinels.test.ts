import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { browse, createAuthority } from '../oauth/authority.ts';
import { openShop } from '../oauth/rig.ts';
import { answerJson } from '../upstream-recorder.ts';

const SENTINELS = {
  key: 'sentinel-key-Zq81',
  second: 'sentinel/second+Zq82',
  token: 'sentinel-token-Zq83',
  password: 'sentinel pässword Zq84',
  custom: 'sentinel-custom-Zq85',
  clientSecret: 'sentinel-client-Zq86',
};

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** The forms in which a secret gives itself away. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
  JSON.stringify(secret).slice(1, -1),
];

test('secrets in every slot are found nowhere: not on disk, not in an answer, not in a log, whatever the upstream says back', async t => {
  const authority = createAuthority({ tokenAuth: ['client_secret_basic'] });
  const shop = await openShop(t, {
    schemes: () => ({
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      second: { type: 'apiKey', in: 'query', name: 'api_key' },
      token: { type: 'http', scheme: 'bearer' },
      login: { type: 'http', scheme: 'basic' },
    }),
    security: [{ key: [], second: [] }, { token: [] }, { login: [] }],
    answer(request, res, origin) {
      if (authority.answer(request, res, origin)) return true;
      // It says back everything it was sent, once as a failure, once as data.
      answerJson(res, request.path === '/me' ? 400 : 200, { headers: request.headers, url: `${request.path}?${request.query}` });
      return true;
    },
  });
  const { owner } = shop;
  const seen: string[] = [];
  const hear = async (answer: Promise<{ text: string }>) => seen.push((await answer).text);
  const connect = (name: string, method: string, values: object) =>
    hear(owner.post('/api/connections', { source: 'shop', name, method, values }));
  await connect('keys', 'key+second', { key: SENTINELS.key, second: SENTINELS.second });
  await connect('token', 'token', { token: SENTINELS.token });
  await connect('login', 'login', { username: 'ada', password: SENTINELS.password });
  await connect('custom', 'custom', { 'header.X-Key': SENTINELS.custom, 'cookie.sid': SENTINELS.custom });
  authority.clients.set('mine', { id: 'mine', secret: SENTINELS.clientSecret, redirects: [`${shop.serving.url}/oauth/callback`] });
  const values = { issuer: authority.issuerOf(shop.upstream.origin), clientId: 'mine', clientSecret: SENTINELS.clientSecret };
  const begun = await owner.post('/api/connections', { source: 'shop', name: 'oauth', method: 'oauth2', values });
  const page = await browse(begun.body.authorizeUrl);
  seen.push(page.text);
  assert.equal(page.status, 200);
  for (const name of ['keys', 'token', 'login', 'custom', 'oauth']) {
    for (const tool of ['shop.orders.list', 'shop.account.me'])
      await hear(owner.ask('POST', `/api/tools/invoke/${tool}?connection=${name}`, { body: {} }));
  }
  const held = shop.upstream.arrived.flatMap(({ headers }) => (/^Bearer (access-.+)$/.exec(headers.authorization ?? '') ?? []).slice(1));
  assert.ok(held.length > 0, 'the token was used');
  const refresh = authority.asked.token.length;
  assert.ok(refresh > 0);
  for (const path of [
    '/api/connections',
    '/api/sources',
    '/api/executions',
    '/api/actors',
    '/api/actors/connection:shop%2Foauth',
    '/api/actors/connection:shop%2Fkeys',
  ]) {
    await hear(owner.get(path));
  }
  for (const { id } of (await owner.get('/api/executions')).body.items) {
    await hear(owner.get(`/api/executions/${id}`));
    await hear(owner.get(`/api/executions/${id}/log`));
  }
  await shop.restart();
  const disk = files(shop.dataDir)
    .filter(file => !/\/(key|token)$/.test(file))
    .map(file => readFileSync(file).toString('latin1'));
  for (const secret of [...Object.values(SENTINELS), ...held]) {
    for (const form of formsOf(secret)) {
      assert.ok(!seen.some(text => text.includes(form)), `an answer has ${form}`);
      assert.ok(!disk.some(text => text.includes(Buffer.from(form).toString('latin1'))), `the data directory has ${form}`);
    }
  }
});
