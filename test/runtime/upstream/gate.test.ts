import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import type { FaultError } from '../../../machines/schema/fault.ts';
import { checkedLookup, checkTarget, type Resolve } from '../../../runtime/upstream/gate.ts';

type Found = { error: (FaultError & NodeJS.ErrnoException) | null; addresses: LookupAddress[] };

function look(resolve: Resolve, allowPrivate: boolean, hostname = 'api.test'): Promise<Found> {
  return new Promise(done => {
    checkedLookup(resolve, allowPrivate)(hostname, { all: true }, (error, addresses) => {
      done({ error: error as Found['error'], addresses: addresses as LookupAddress[] });
    });
  });
}

function answering(...addresses: string[]): Resolve {
  return async () => addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
}

const spellings = [
  '127.0.0.1',
  '127.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '0',
  '[::]',
  '127.0.0.1.',
];

test('a literal loopback address is refused in every spelling a URL allows', () => {
  for (const host of spellings) {
    assert.throws(
      () => checkTarget(new URL(`http://${host}/`), false),
      { code: 'egress_refused', message: /--allow-private \(allowPrivate: true\)/ },
      host,
    );
  }
});

test('a literal loopback address is reached when the source may', () => {
  for (const host of spellings) checkTarget(new URL(`http://${host}/`), true);
});

test('metadata services are refused in every spelling, also to a source that may reach private addresses', () => {
  const hosts = [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    'metadata.google.internal',
    'metadata.google.internal.',
    'METADATA.GOOGLE.INTERNAL',
    'metadata',
    'instance-data.ec2.internal',
  ];
  for (const host of hosts) {
    assert.throws(
      () => checkTarget(new URL(`http://${host}/latest`), true),
      { code: 'egress_refused', message: /metadata service, which is never reached/ },
      host,
    );
  }
});

test('only http and https leave, and no password in an address', () => {
  for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'data:text/plain,x', 'gopher://example.com/', 'ws://example.com/']) {
    assert.throws(() => checkTarget(new URL(url), true), { code: 'egress_refused' }, url);
  }
  assert.throws(
    () => checkTarget(new URL('https://user:hunter22@example.com/'), true),
    error => {
      assert.equal((error as FaultError).code, 'egress_refused');
      assert.doesNotMatch(JSON.stringify((error as FaultError).details) + (error as FaultError).message, /hunter22/);
      return true;
    },
  );
});

test('a name with public addresses is resolved once and handed on as it was checked', async () => {
  let asked = 0;
  const found = await look(async hostname => {
    asked++;
    return await answering('93.184.216.34', '2606:4700::1')(hostname);
  }, false);
  assert.equal(found.error, null);
  assert.deepEqual(
    found.addresses.map(entry => entry.address),
    ['93.184.216.34', '2606:4700::1'],
  );
  assert.equal(asked, 1);
});

test('a caller that wants one address gets the first of the checked ones', async () => {
  const one = await new Promise(done => {
    checkedLookup(answering('93.184.216.34', '1.1.1.1'), false)('api.test', {}, (error, address, family) => done([error, address, family]));
  });
  assert.deepEqual(one, [null, '93.184.216.34', 4]);
});

test('one private address among public ones refuses the name', async () => {
  for (const bad of ['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1']) {
    const { error } = await look(answering('93.184.216.34', bad), false);
    assert.equal(error?.code, 'egress_refused', bad);
    assert.equal(error?.details?.flag, '--allow-private');
    assert.equal((await look(answering('93.184.216.34', bad), true)).error, null, bad);
  }
});

test('one metadata address among others refuses the name even to a source that may reach private addresses', async () => {
  for (const bad of ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254']) {
    assert.equal((await look(answering('10.0.0.1', bad), true)).error?.code, 'egress_refused', bad);
  }
});

test('what a NAT64 resolver adds for a public address is left out, and refused when it is all there is', async () => {
  const both = await look(answering('93.184.216.34', '64:ff9b::5db8:d822'), false);
  assert.deepEqual(
    both.addresses.map(entry => entry.address),
    ['93.184.216.34'],
  );
  assert.equal((await look(answering('64:ff9b::5db8:d822'), false)).error?.code, 'egress_refused');
});

test('a name that leads to public space first and home later is refused the second time', async () => {
  const answers = ['93.184.216.34', '127.0.0.1'];
  const rebinding: Resolve = async hostname => await answering(answers.shift() ?? '')(hostname);
  assert.equal((await look(rebinding, false)).error, null);
  assert.equal((await look(rebinding, false)).error?.code, 'egress_refused');
});

test('a name without addresses cannot be found, and a failing resolver is passed on', async () => {
  assert.equal((await look(answering(), true)).error?.code, 'ENOTFOUND');
  const broken: Resolve = async () => {
    throw Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' });
  };
  assert.equal((await look(broken, true)).error?.code, 'EAI_AGAIN');
});
