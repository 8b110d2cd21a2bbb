import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { EVERYTHING, House, textOf, until } from './house.ts';

/** The reference server, over both transports at once. */
const house = new House();
let child: ChildProcess;

before(async () => {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await house.open();
  await until('the server to listen', () => /listening/i.test(said), 60_000);
  await Promise.all([
    house.runtime.sources.add({ namespace: 'stdio', command: process.execPath, args: [EVERYTHING, 'stdio'] }),
    house.runtime.sources.add({ namespace: 'http', url: `http://127.0.0.1:${port}/mcp`, allowPrivate: true }),
  ]);
  for (const namespace of ['stdio', 'http']) {
    const view = await house.runtime.sources.wait(namespace);
    assert.equal(view.state, 'ready', JSON.stringify(view.error));
    await house.allow(`${namespace}.**`);
  }
});
after(async () => {
  await house.close();
  child.kill();
});

for (const namespace of ['stdio', 'http']) {
  const call = (name: string, input: Record<string, unknown> = {}) => house.call(`${namespace}.${name}`, input);

  test(`${namespace}: every tool is there and answers`, async () => {
    assert.ok(house.runtime.sources.get(namespace).toolCount >= 13);
    assert.equal(textOf(await call('echo', { message: 'hello' })), 'Echo: hello');
    assert.match(textOf(await call('get-sum', { a: 2, b: 40 })), /42/);
    const structured = await call('get-structured-content', { location: 'Chicago' });
    assert.ok((structured.result as { structuredContent?: object }).structuredContent);
    const image = (await call('get-tiny-image')).result as { content: { type: string; data?: string }[] };
    assert.ok(image.content.some(({ type, data }) => type === 'image' && data!.length > 100));
    const links = (await call('get-resource-links', { count: 2 })).result as { content: { type: string }[] };
    assert.ok(links.content.some(({ type }) => type === 'resource_link'));
    assert.equal((await call('trigger-long-running-operation', { duration: 0.2, steps: 2 })).state, 'done');
  });

  test(`${namespace}: a form pauses the call and takes its answer`, async () => {
    const view = await call('trigger-elicitation-request');
    assert.equal(view.state, 'paused');
    assert.equal(view.interactions.at(-1)!.kind, 'form');
    await house.answer(view, 'accept', { name: 'Ada', check: true });
    assert.match(textOf(await house.settle(view.id)), /Ada/);
  });

  test(`${namespace}: an address to go to pauses the call, and accepting goes on`, async () => {
    const view = await call('trigger-url-elicitation', { url: 'https://example.com/consent' });
    assert.equal(view.state, 'paused', JSON.stringify(view.error));
    const { kind, url, schema } = view.interactions.at(-1)!;
    assert.deepEqual([kind, url, schema], ['form', 'https://example.com/consent', undefined]);
    await house.answer(view, 'accept');
    assert.notEqual((await house.settle(view.id)).state, 'paused');
  });

  test(`${namespace}: resources, prompts and completions are passed through as they are`, async () => {
    const source = house.runtime.passthrough(namespace);
    const { capabilities } = await source.about();
    assert.ok(capabilities.resources && capabilities.prompts);
    const { resources } = (await source.request('resources/list')) as { resources: { uri: string }[] };
    assert.ok(resources.length > 0);
    const read = (await source.request('resources/read', { uri: resources[0]!.uri })) as { contents: unknown[] };
    assert.ok(read.contents.length > 0);
    const { prompts } = (await source.request('prompts/list')) as { prompts: { name: string }[] };
    assert.ok(prompts.length > 0);
    await assert.rejects(
      source.request('resources/read', { uri: 'nothing://here' }),
      error => typeof (error as { code: number }).code === 'number',
    );
    await assert.rejects(source.request('tools/call' as never), /not passed through/);
  });
}

test('a tool that can be called as a task only is called as one, and what it asks meanwhile pauses the call', async () => {
  const paused = await house.settle((await house.start('http.simulate-research-query', { topic: 'python', ambiguous: true })).id, 60);
  assert.equal(paused.state, 'paused', JSON.stringify(paused.error));
  const { interpretation } = (paused.interactions[0]!.schema as { properties: Record<string, { oneOf: { const: string }[] }> }).properties;
  const content = { interpretation: interpretation!.oneOf[0]!.const };
  await house.runtime.executions.resume(paused.id, { action: 'accept', content }, house.runtime.principals.owner);
  const done = await house.settle(paused.id, 60);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  assert.match(textOf(done), /Clarification/);
});
