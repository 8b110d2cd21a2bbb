import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

test('the image runs without root, keeps everything in one volume, and says whether it is well', () => {
  const text = read('Dockerfile');
  const [, last = ''] = text.split(/^FROM node:20-slim$/m);
  assert.match(last, /^USER node$/m);
  assert.deepEqual(last.match(/^VOLUME .*$/gm), ['VOLUME /data']);
  assert.match(last, /EXECUTOR_DATA_DIR=\/data/);
  assert.match(last, /^HEALTHCHECK [\s\S]*\/healthz/m);
  assert.match(last, /^ENTRYPOINT \["node", "dist\/cli.js"\]$/m);
  const ignored = read('.dockerignore').split('\n');
  for (const name of ['node_modules', 'dist', '.git']) assert.ok(ignored.includes(name), name);
});

test('a clone is built wherever it is installed; the image, which takes the development packages away again, does not hear of that', () => {
  assert.match(read('.npmrc'), /^include=dev$/m);
  assert.match(read('Dockerfile'), /npm prune --omit=dev/);
  assert.ok(read('.dockerignore').split('\n').includes('.npmrc'));
});

test('behind its proxy the daemon has a public address, a read-only file system and the proxy in front of it', () => {
  const { services, volumes } = parse(read('docs/compose/compose.yaml'));
  assert.match(services.executor.environment.EXECUTOR_PUBLIC_URL, /^https:/);
  assert.equal(services.executor.ports, undefined, 'only the proxy is reached from outside');
  assert.deepEqual([services.executor.read_only, services.executor.cap_drop], [true, ['ALL']]);
  assert.deepEqual(services.executor.volumes, ['data:/data']);
  assert.ok('data' in volumes);
  const proxy = read('docs/compose/nginx.conf');
  assert.match(proxy, /proxy_set_header Host \$host;/);
  assert.match(proxy, /proxy_set_header Upgrade \$http_upgrade;/);
  assert.match(proxy, /proxy_buffering off;/);
});
