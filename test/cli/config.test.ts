import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openRig, type Rig } from './rig.ts';

let rig: Rig;
const write = (name: string, value: unknown) =>
  writeFileSync(join(rig.home, name), typeof value === 'string' ? value : JSON.stringify(value));

before(async () => {
  rig = await openRig();
});
after(() => rig.close());

/** What the tests set up, as a person would write it. */
const file = () => ({
  $schema: './executor.schema.json',
  sources: {
    shop: { url: `${rig.shop.url}/openapi.json`, name: 'The shop', headers: { 'x-key': 'env:SHOP_KEY' }, allowPrivate: true },
    given: {
      spec: {
        openapi: '3.1.0',
        info: { title: 'Given', version: '1' },
        servers: [{ url: rig.shop.url }],
        paths: { '/books': { get: {} } },
      },
    },
  },
  policies: [{ pattern: 'shop.orders.*', decision: 'ask' }],
  settings: { approvalDays: 7 },
});

test('a file is planned, applied, and applied again without a change; its export is the same wherever it is applied', async () => {
  const { run, shop } = rig;
  write('executor.json', `// what we call\n${JSON.stringify(file()).replace(/}$/, ',}')}`);
  const unset = await run(['import', 'executor.json', '--plan']);
  assert.deepEqual([unset.code, unset.stderr], [2, 'executor: not set in the environment: SHOP_KEY\n']);
  const env = { SHOP_KEY: 'open sesame' };
  const plan = await run(['import', 'executor.json', '--plan'], { env });
  assert.equal(plan.stdout, '+ source shop\n+ source given\n+ policy shop.orders.*\n~ setting approvalDays\n', plan.stderr);
  assert.equal((await run(['sources', '--json'])).stdout.includes('given'), false, 'a plan changes nothing');
  const applied = await run(['import', 'executor.json'], { env });
  assert.deepEqual([applied.code, applied.stdout], [0, plan.stdout], applied.stderr);
  assert.equal((await run(['import', 'executor.json'], { env })).stdout, 'no changes\n');
  assert.equal((await run(['call', 'shop', 'books', 'list'])).code, 0);
  assert.equal(shop.arrived.at(-1)!.headers['x-key'], 'open sesame');

  const exported = (await run(['export'])).stdout;
  assert.equal(exported.includes('sesame'), false, 'no secret leaves');
  assert.deepEqual(JSON.parse(exported).sources.shop, {
    url: `${shop.url}/openapi.json`,
    name: 'The shop',
    headers: { 'x-key': null },
    allowPrivate: true,
  });
  write('exported.json', exported);
  assert.equal((await run(['import', 'exported.json', '--plan'])).stdout, 'no changes\n');
  await run(['remove', 'given']);
  assert.equal((await run(['import', 'exported.json'])).stdout, '+ source given\n');
  assert.equal((await run(['export'])).stdout, exported);
  await run(['remove', 'shop']);
  const valueless = await run(['import', 'exported.json', '--json']);
  assert.equal(valueless.code, 1);
  assert.match(
    JSON.parse(valueless.stdout).changes[0].error.message,
    /shop: nothing is stored for headers\.x-key; say where it is, as "env:NAME"/,
  );
});

test('what differs is changed in place; what is not in the file goes only when that is said', async () => {
  const { run } = rig;
  const env = { SHOP_KEY: 'another' };
  write('executor.json', { ...file(), sources: { shop: { ...file().sources.shop, name: 'Shop' } } });
  await run(['import', 'executor.json'], { env: { SHOP_KEY: 'open sesame' } });
  assert.equal((await run(['import', 'executor.json'], { env })).stdout, '~ source shop (headers)\n');
  write('executor.json', { sources: { shop: { ...file().sources.shop, url: `${rig.shop.url}/openapi.json?v=2` } } });
  const replaced = await run(['import', 'executor.json', '--plan', '--prune'], { env });
  assert.equal(replaced.stdout, '± source shop (url, name)\n- source given\n');
  assert.equal((await run(['import', 'executor.json', '--prune'], { env })).code, 0);
  assert.deepEqual(Object.keys(JSON.parse((await run(['export'])).stdout).sources), ['shop']);
});

/** An API that wants a credential, and connections to it whose secrets are somewhere else. */
const withConnections = () => ({
  sources: {
    vault: {
      allowPrivate: true,
      spec: {
        openapi: '3.1.0',
        info: { title: 'Vault', version: '1' },
        servers: [{ url: rig.shop.url }],
        security: [{ key: [] }],
        components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-key' } } },
        paths: { '/books': { get: { operationId: 'list', tags: ['books'] } } },
      },
    },
  },
  connections: {
    'vault/spare': { method: 'key', values: { key: 'op://vault/item/field' } },
    'vault/work': { method: 'key', values: { key: 'env:VAULT_KEY' }, default: true },
  },
});

test('connections are made from where their secrets are; applied again nothing changes, and no secret is written', async () => {
  const { run, shop } = rig;
  const env = { VAULT_KEY: 'open barley' };
  write('connections.json', withConnections());
  assert.equal((await run(['import', 'connections.json', '--plan'])).stderr, 'executor: not set in the environment: VAULT_KEY\n');
  const applied = await run(['import', 'connections.json'], { env });
  assert.equal(applied.stdout, '+ source vault\n+ connection vault/spare\n+ connection vault/work\n', applied.stderr);
  assert.equal((await run(['import', 'connections.json'], { env })).stdout, 'no changes\n');
  assert.equal((await run(['call', 'vault', 'books', 'list'])).code, 0);
  assert.equal(shop.arrived.at(-1)!.headers['x-key'], 'open barley');

  const exported = (await run(['export'])).stdout;
  assert.equal(exported.includes('barley'), false, 'no secret leaves');
  assert.deepEqual(JSON.parse(exported).connections, {
    'vault/spare': { method: 'key', values: { apiKey: 'op://vault/item/field' } },
    'vault/work': { method: 'key', values: { apiKey: null }, default: true },
  });
  write('exported.json', exported);
  assert.equal((await run(['import', 'exported.json', '--plan', '--prune'])).stdout, 'no changes\n');

  const changed = await run(['import', 'connections.json'], { env: { VAULT_KEY: 'open rye' } });
  assert.equal(changed.stdout, '~ connection vault/work (values)\n', changed.stderr);
  assert.equal((await run(['call', 'vault', 'books', 'list'])).code, 0);
  assert.equal(shop.arrived.at(-1)!.headers['x-key'], 'open rye');
});

test('which connection is used by itself can be changed; one that the file no longer has goes only when that is said', async () => {
  const { run } = rig;
  const env = { VAULT_KEY: 'open barley' };
  const both = withConnections();
  const spare = { ...both.connections['vault/spare'], default: true };
  write('connections.json', both);
  await run(['import', 'connections.json'], { env });
  write('connections.json', { connections: { 'vault/spare': spare } });
  assert.equal((await run(['import', 'connections.json'])).stdout, '~ connection vault/spare (default)\n');
  assert.equal((await run(['import', 'connections.json', '--prune'])).stdout, '- connection vault/work\n');
  await run(['remove', 'vault']);
  write('connections.json', { sources: both.sources, connections: { 'vault/work': { method: 'key', values: { key: null } } } });
  const { code, stdout } = await run(['import', 'connections.json']);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^\+ source vault\n\+ connection vault\/work: vault\/work: nothing is stored for key; say where it is, as "env:NAME"\n$/,
  );
  await run(['remove', 'vault']);
});

test('a login that a connection needs is begun, and its link is on the line; applied again it is not begun anew', async () => {
  const { run, shop } = rig;
  const flow = { authorizationUrl: `${shop.url}/authorize`, tokenUrl: `${shop.url}/token`, scopes: {} };
  const { vault } = withConnections().sources;
  const components = { securitySchemes: { login: { type: 'oauth2', flows: { authorizationCode: flow } } } };
  write('login.json', {
    sources: { members: { ...vault, spec: { ...vault.spec, security: [{ login: [] }], components } } },
    connections: { 'members/me': { method: 'login', values: { clientId: 'us' } } },
  });
  const begun = await run(['import', 'login.json']);
  assert.equal(begun.code, 4, begun.stderr);
  assert.match(begun.stdout, /^\+ source members\n\+ connection members\/me: log in at http\S+\n$/);
  assert.equal((await run(['import', 'login.json'])).stdout, 'no changes\n');
  assert.equal(JSON.parse((await run(['export'])).stdout).connections, undefined, 'a login that is under way is no configuration');
  await run(['remove', 'members']);
});

test('what no file may say is refused, and changes nothing', async () => {
  const { run } = rig;
  const before = (await run(['export'])).stdout;
  for (const [text, message] of [
    ['{', /is no JSON/],
    ['[]', /no JSON object/],
    [{ surces: {} }, /surces/],
    [{ sources: { shop: { adress: 'x' } } }, /adress/],
    [{ connections: { vault: { values: {} } } }, /connections/],
    [{ policies: [{ pattern: 'a', decision: 'maybe' }] }, /policies/],
  ] as const) {
    write('bad.json', text);
    const { code, stderr } = await run(['import', 'bad.json']);
    assert.ok(code === 1 || code === 2, stderr);
    assert.match(stderr, message);
  }
  assert.match((await run(['import', 'nowhere.json'])).stderr, /cannot be read/);
  assert.equal((await run(['export'])).stdout, before);
});

test('MCP servers of other tools are taken over; a program among them is shown and has to be agreed to', async () => {
  const { run } = rig;
  const servers = {
    'My Files': { command: 'npx', args: ['-y', 'files'], env: { KEY: '$' + '{FILES_KEY}' } },
    remote: { url: 'https://mcp.example.com/mcp', headers: { Authorization: '$' + '{env:REMOTE}' } },
  };
  const env = { FILES_KEY: 'a', REMOTE: 'Bearer b' };
  write('claude.json', { mcpServers: servers });
  write('vscode.json', { servers });
  for (const [tool, name] of [
    ['claude', 'claude.json'],
    ['cursor', 'claude.json'],
    ['mcporter', 'claude.json'],
    ['vscode', 'vscode.json'],
  ]) {
    const { code, stdout } = await run(['import', name!, '--from', tool!, '--plan'], { env });
    assert.deepEqual([code, stdout], [0, '+ source myFiles (runs: npx -y files)\n+ source remote\n']);
  }
  const unseen = await run(['import', 'claude.json', '--from', 'claude'], { env });
  assert.equal(unseen.code, 2);
  assert.match(unseen.stderr, /myFiles: npx -y files\n.*--yes/);
  assert.equal((await run(['import', 'vscode.json', '--from', 'claude'])).code, 2);
  assert.equal((await run(['import', 'vscode.json', '--from', 'emacs'])).code, 2);
});

test('the schema of the file is there for editors', async () => {
  await rig.run(['export', '--schema', '--output', 'executor.schema.json']);
  const schema = JSON.parse(readFileSync(join(rig.home, 'executor.schema.json'), 'utf8'));
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.deepEqual(Object.keys(schema.properties), ['$schema', 'sources', 'connections', 'policies', 'settings']);
});
