import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../runtime/redact.ts';

const secret = 'pä55 "w/ord+1?&\\';

function forms(value: string): Record<string, string> {
  const bytes = Buffer.from(value);
  return {
    plain: value,
    base64: bytes.toString('base64'),
    'base64 without padding': bytes.toString('base64').replaceAll('=', ''),
    base64url: bytes.toString('base64url'),
    hex: bytes.toString('hex'),
    'URL-encoded': encodeURIComponent(value),
    'URL-encoded in lower case': encodeURIComponent(value).replace(/%../g, code => code.toLowerCase()),
    'form-encoded': new URLSearchParams({ v: value }).toString().slice(2),
    'JSON-escaped': JSON.stringify(value).slice(1, -1),
  };
}

test('a secret is found in every form it may be written in', () => {
  const redactor = createRedactor([secret]);
  for (const [name, form] of Object.entries(forms(secret)))
    assert.equal(redactor.text(`before ${form} after`), 'before [redacted] after', name);
});

test('a secret is found inside base64 of a longer text, at every offset', () => {
  const token = 'tok_0123456789abcdef';
  const redactor = createRedactor([token]);
  for (const before of ['', 'u', 'us', 'use', 'user:']) {
    for (const after of ['', '!', '!!', ' and more']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const shown = redactor.text(Buffer.from(before + token + after).toString(encoding));
        assert.match(shown, /\[redacted\]/);
        for (const slack of [0, 1, 2, 3])
          assert.doesNotMatch(Buffer.from(shown.replace('[redacted]', '').slice(slack), 'base64').toString('latin1'), /0123456789/);
      }
    }
  }
});

test('of a header value the credential alone is known too, and of Basic the password', () => {
  const basic = Buffer.from('mary:open sesame').toString('base64');
  const redactor = createRedactor(['Bearer sk-live-12345678', `Basic ${basic}`]);
  assert.equal(redactor.text('sent sk-live-12345678'), 'sent [redacted]');
  assert.equal(redactor.text(`${basic} is mary with open sesame`), '[redacted] is mary with [redacted]');
});

test('a secret that holds another one leaves nothing of either', () => {
  assert.equal(createRedactor(['abcd', 'abcdefgh']).text('abcdefgh abcd'), '[redacted] [redacted]');
});

test('JSON is redacted in values and keys at any depth, and keeps its shape', () => {
  const redactor = createRedactor(['s3cret-value']);
  const shown = redactor.json({ a: ['x s3cret-value', 1, null, true], 's3cret-value': { b: 's3cret-value' } });
  assert.deepEqual(shown, { a: ['x [redacted]', 1, null, true], '[redacted]': { b: '[redacted]' } });
});

test('a fault keeps its code and loses the secret in message and details', () => {
  const redactor = createRedactor(['s3cret-value']);
  const fault = redactor.fault({
    code: 'upstream_http_error',
    message: 'bad key s3cret-value',
    details: { body: { echo: 's3cret-value' } },
  });
  assert.deepEqual(fault, { code: 'upstream_http_error', message: 'bad key [redacted]', details: { body: { echo: '[redacted]' } } });
});

test('values can be added later; short ones and none at all change nothing', () => {
  const redactor = createRedactor();
  assert.equal(redactor.text('a tale of s3cret-value'), 'a tale of s3cret-value');
  redactor.add(['a', '', 'abc']);
  assert.equal(redactor.text('a tale of abc'), 'a tale of abc');
  redactor.add(['s3cret-value']);
  assert.equal(redactor.text('a tale of s3cret-value'), 'a tale of [redacted]');
});

test('characters that mean something in patterns are taken literally', () => {
  const redactor = createRedactor(['a.b*c(d)[e]$^|{1}?+\\']);
  assert.equal(redactor.text('x a.b*c(d)[e]$^|{1}?+\\ y'), 'x [redacted] y');
  assert.equal(redactor.text('aXb'), 'aXb');
});
