import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { browse, createAuthority } from '../oauth/authority.ts';
import { openProvider, surf } from '../oauth/provider.ts';
import { shopDocument } from '../oauth/shop.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { CLI, openRig, type Ran, type Rig, type RunOptions, runProgram } from './rig.ts';

const ODD = fileURLToPath(new URL('../fixtures/mcp/odd-server.mjs', import.meta.url));
const SCHEMES = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  query: { type: 'apiKey', in: 'query', name: 'api_key' },
};

const authority = createAuthority({ devicePending: 1 });
const atEnd: (() => unknown)[] = [];
const ending = { after: (end: () => unknown) => void atEnd.unshift(end) };
let rig: Rig;
let api: Awaited<ReturnType<typeof recordUpstream>>;
let provider: Awaited<ReturnType<typeof openProvider>>;
before(async () => {
  rig = await openRig();
  ending.after(() => rig.close());
  api = await recordUpstream(ending, (request, res) => {
    if (!authority.answer(request, res, api.origin)) answerJson(res, 200, { path: request.path });
  });
  provider = await openProvider(ending);
  const keyed = shopDocument({ origin: api.origin, schemes: SCHEMES, security: [{ key: [] }, { key: [], query: [] }] });
  for (const [name, document] of Object.entries({
    api: keyed,
    plain: shopDocument({ origin: api.origin, schemes: {} }),
    oidc: provider.spec(),
  })) {
    const file = join(rig.home, `${name}.json`);
    writeFileSync(file, JSON.stringify(document));
    const { code, stderr } = await rig.run(['add', file, '--name', name, '--allow-private']);
    assert.equal(code, 0, stderr);
  }
});
after(async () => {
  for (const end of atEnd) await end();
});

/** What reached the API with the last call by an account. */
async function sentBy(source: string, name: string) {
  const { code, stderr } = await rig.run(['call', `${source}.orders.list`, '--connection', name, '--json']);
  assert.equal(code, 0, stderr);
  const { headers, query } = api.arrived.at(-1)!;
  return { key: headers['x-key'], query: query.get('api_key') ?? undefined, authorization: headers.authorization };
}

const connected = ({ code, stdout, stderr }: Ran, id: string) => {
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, new RegExp(`^${id} is connected`, 'm'));
};

/** The command on a terminal of its own, with a person at it. */
const onTerminal = (args: readonly string[], options: RunOptions) => {
  const line = [process.execPath, CLI, ...args].map(word => `'${word}'`).join(' ');
  return runProgram('script', ['-qfec', line, '/dev/null'], { env: rig.env, cwd: rig.home, ...options });
};

const terminals = { skip: process.platform !== 'linux' };

test('a key is asked for on a terminal, and not shown as it is typed', terminals, async () => {
  const ran = await onTerminal(['connect', 'api', '--method', 'key', '--name', 'typed'], {
    person: [[/\(not shown\): /, () => 'typed-Zq\u007fq-secret\r']],
  });
  connected(ran, 'api/typed');
  assert.doesNotMatch(ran.stdout, /Zq|secret/);
  assert.deepEqual(await sentBy('api', 'typed'), { key: 'typed-Zq-secret', query: undefined, authorization: undefined });
});

test('of several ways one is chosen on a terminal; Ctrl-C at the secret connects nothing', terminals, async () => {
  const both = await onTerminal(['connect', 'api', '--name', 'chosen'], {
    person: [
      [/How do you want to connect\? \[1-\d\]: /, () => '2\r'],
      [/\(not shown\): /, () => 'first-secret\r'],
      [/\(not shown\): /, () => 'second-secret\r'],
    ],
  });
  connected(both, 'api/chosen');
  assert.deepEqual(await sentBy('api', 'chosen'), { key: 'first-secret', query: 'second-secret', authorization: undefined });
  const left = await onTerminal(['connect', 'api', '--method', 'key', '--name', 'left'], { person: [[/\(not shown\): /, () => '\u0003']] });
  assert.equal(left.code, 2, left.stdout);
  assert.doesNotMatch((await rig.run(['connections'])).stdout, /left/);
});

test('a key comes on stdin: the text itself, or an object where there are several', async () => {
  connected(await rig.run(['connect', 'api', '--method', 'key', '--name', 'piped'], { input: 'piped-secret\n' }), 'api/piped');
  assert.equal((await sentBy('api', 'piped')).key, 'piped-secret');
  const input = JSON.stringify({ key: 'one-secret', query: 'other-secret' });
  connected(await rig.run(['connect', 'api', '--method', 'key+query', '--name', 'object'], { input }), 'api/object');
  assert.deepEqual(await sentBy('api', 'object'), { key: 'one-secret', query: 'other-secret', authorization: undefined });
  const broken = await rig.run(['connect', 'api', '--method', 'key+query'], { input: '{"key": "half-secret' });
  assert.equal(broken.code, 2);
  assert.doesNotMatch(broken.stdout + broken.stderr, /half-secret/, 'what may be a secret is not said back');
});

test('a key comes from an environment variable; one that is not set is named', async () => {
  const env = { ONE: 'secret-of-one', TWO: 'secret-of-two' };
  connected(await rig.run(['connect', 'api', '--method', 'key', '--name', 'env', '--from-env', 'ONE'], { env }), 'api/env');
  assert.equal((await sentBy('api', 'env')).key, 'secret-of-one');
  const both = ['connect', 'api', '--method', 'key+query', '--name', 'envs'];
  connected(await rig.run([...both, '--from-env', 'key=ONE', '--from-env', 'query=TWO'], { env }), 'api/envs');
  assert.deepEqual(await sentBy('api', 'envs'), { key: 'secret-of-one', query: 'secret-of-two', authorization: undefined });
  for (const [args, why] of [
    [['--from-env', 'ONE'], /field=NAME/],
    [['--from-env', 'key=THREE'], /environment variable THREE is empty or not set/],
  ] as const) {
    const refused = await rig.run([...both, ...args], { env });
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, why);
  }
});

test('a command is given its secret as a variable', async () => {
  const added = await rig.run(['add', '--name', 'odd', '--', process.execPath, ODD, 'well']);
  assert.equal(added.code, 0, added.stderr);
  const env = { ODD_SECRET: 'secret-of-the-command' };
  connected(await rig.run(['connect', 'odd', '--from-env', 'ODD_SECRET'], { env }), 'odd/default');
  await rig.run(['policy', 'set', 'odd.*', 'allow']);
  const { stdout } = await rig.run(['call', 'odd.env', '--json']);
  const { structuredContent } = JSON.parse(stdout).data;
  assert.equal(structuredContent.secret, '[redacted]', 'it has it, and it is not shown');
});

const login = (name: string, more: readonly string[] = []) =>
  ['connect', 'plain', '--method', 'oauth2', '--set', `issuer=${authority.issuerOf(api.origin)}`, '--name', name, ...more] as const;

test('without a browser the link is printed; the command ends when the person has been there', async () => {
  let pageText = '';
  const ran = await rig.run(login('headless', ['--no-browser']), {
    env: { DISPLAY: ':0' },
    person: [
      [
        /Open this link to log in:\n +(http\S+)/,
        async ([, link]) => {
          pageText = (await browse(link!)).text;
        },
      ],
    ],
  });
  connected(ran, 'plain/headless');
  assert.match(pageText, /is connected/);
  assert.match((await sentBy('plain', 'headless')).authorization ?? '', /^Bearer access-/);
});

test('a browser is opened where there is one, at the same link that is shown', terminals, async () => {
  const bin = join(rig.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > "${rig.home}/opened"\n`);
  chmodSync(join(bin, 'xdg-open'), 0o755);
  const opened = () => (existsSync(join(rig.home, 'opened')) ? readFileSync(join(rig.home, 'opened'), 'utf8') : undefined);
  let shown = '';
  const ran = await rig.run(login('seen'), {
    env: { DISPLAY: ':0', PATH: `${bin}:${process.env.PATH}` },
    person: [
      [
        /Your browser is open.*\n +(http\S+)/,
        async ([, link]) => {
          shown = link!;
          while (opened() !== link) await sleep(20);
          await browse(link!);
        },
      ],
    ],
  });
  connected(ran, 'plain/seen');
  assert.equal(opened(), shown);
});

test('a login that comes to nothing ends the command with the reason, and as one that needs a login', async () => {
  const ran = await rig.run(login('refused', ['--no-browser', '--json']), {
    person: [
      [
        /(http\S+\/authorize\S+)/,
        async ([, link]) => {
          const { searchParams } = new URL(link!);
          const back = new URL(searchParams.get('redirect_uri')!);
          back.search = String(new URLSearchParams({ error: 'access_denied', state: searchParams.get('state')! }));
          await browse(back.href);
        },
      ],
    ],
  });
  assert.equal(ran.code, 4, ran.stderr);
  assert.match(ran.stderr, /plain\/refused is failed: .*access_denied/);
  const view = JSON.parse(ran.stdout);
  assert.deepEqual([view.state, view.authorizeUrl], ['failed', undefined]);
});

test('a device code is shown, and polled for until it was entered', async () => {
  authority.clients.set('tv', { id: 'tv', redirects: [] });
  const ran = await rig.run(login('tv', ['--device', '--set', 'clientId=tv', '--json']));
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /Enter the code WDJB-MJHT at http:\S+\/device\n/);
  assert.deepEqual([JSON.parse(ran.stdout).state, JSON.parse(ran.stdout).userCode], ['connected', undefined]);
});

test('a device login at an authorization server that others use, from the code to the call', async () => {
  const ran = await rig.run(['connect', 'oidc', '--device', '--set', 'clientId=tv', '--scope', 'openid', '--scope', 'orders:read'], {
    person: [
      [/Enter the code [A-Z0-9]{4}-[A-Z0-9]{4} at (http\S+)/, () => undefined],
      [/log in:\n +(http\S+)/, async ([, link]) => assert.equal((await surf(link!)).status, 200)],
    ],
  });
  connected(ran, 'oidc/default');
  const called = await rig.run(['call', 'oidc.orders.list', '--json']);
  assert.deepEqual([called.code, JSON.parse(called.stdout).data.client], [0, 'tv'], called.stderr);
  const removed = await rig.run(['disconnect', 'oidc/default']);
  assert.equal(removed.code, 0, removed.stderr);
});
