import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../../transports/serve.ts';
import { openApi } from '../api.ts';
import { v2 } from '../mcp/clients.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { openWarehouse, pause } from './warehouse.ts';

// biome-ignore lint/suspicious/noExplicitAny: spans are looked into by name
type Span = any;

/** A collector on loopback; the daemons that are started now report to it. */
async function openCollector(t: TestContext, answer: (n: number) => number = () => 200) {
  const recorder = await recordUpstream(t, (_, res) => answerJson(res, answer(recorder.arrived.length), {}));
  report(t, recorder.origin);
  const spans = (): Span[] => recorder.arrived.flatMap(({ text }) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as Span[]);
  return {
    arrived: recorder.arrived,
    spans,
    /** Resolves with the span that fits, once it has arrived. */
    async span(fits: (span: Span) => boolean): Promise<Span> {
      for (;;) {
        const found = spans().find(fits);
        if (found) return found;
        await sleep(20);
      }
    },
  };
}

function report(t: TestContext, endpoint: string): void {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
  t.after(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  });
}

const attribute = (span: Span, name: string): string | undefined => {
  const value = span.attributes.find(({ key }: { key: string }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};
const tells = (id: string) => (span: Span) =>
  attribute(span, 'executor.execution.id') === id && span.name !== 'request' && !span.name.startsWith('wait');

test('a call is traced by the names of the semantic conventions: what, how it ended, and how long the upstream took', async t => {
  const collector = await openCollector(t);
  const { owner } = await openWarehouse(t);
  const { body: listed } = await owner.invoke('w.items.list');
  const { body: failed } = await owner.invoke('w.faults.broken');
  const call = await collector.span(tells(listed.executionId));
  assert.equal(call.name, 'execute_tool w.items.list');
  assert.deepEqual(
    ['gen_ai.operation.name', 'gen_ai.tool.name', 'executor.state', 'executor.source', 'http.response.status_code'].map(name =>
      attribute(call, name),
    ),
    ['execute_tool', 'w.items.list', 'done', 'w', '200'],
  );
  assert.deepEqual(call.status, {});
  const request = await collector.span(span => span.parentSpanId === call.spanId);
  assert.deepEqual([request.name, request.kind, request.traceId], ['request', 3, call.traceId]);
  assert.ok(BigInt(request.startTimeUnixNano) >= BigInt(call.startTimeUnixNano));
  assert.ok(BigInt(request.endTimeUnixNano) <= BigInt(call.endTimeUnixNano));
  const broken = await collector.span(tells(failed.executionId));
  assert.deepEqual([attribute(broken, 'error.type'), broken.status], ['upstream_http_error', { code: 2 }]);
  assert.deepEqual([collector.arrived[0]!.method, collector.arrived[0]!.path], ['POST', '/v1/traces']);
  assert.equal(collector.arrived[0]!.headers['content-type'], 'application/json');
});

test('a call that waited through a restart is one trace, and a program has its calls; what was said is in neither', async t => {
  const collector = await openCollector(t);
  const { owner, serving, dataDir } = await openWarehouse(t);
  const id = await pause({ owner }, { name: 'sentinel-value' });
  await serving.close();
  const again = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });
  t.after(() => again.close());
  const api = openApi(again.url, again.token);
  await api.resume(id);
  const call = await collector.span(tells(id));
  const waited = await collector.span(span => span.name === 'wait for approval');
  assert.deepEqual([waited.parentSpanId, waited.traceId], [call.spanId, call.traceId]);
  const { body: program } = await api.post('/api/executions', {
    code: "const secret = 'sentinel-code'; return await tools.w.items.list({ q: secret })",
  });
  const run = await collector.span(tells(program.id));
  assert.equal(run.name, 'run program');
  const inner = await collector.span(span => span.parentSpanId === run.spanId);
  assert.deepEqual([inner.name, inner.traceId], ['execute_tool w.items.list', run.traceId]);
  for (const { text } of collector.arrived) assert.doesNotMatch(text, /sentinel/);
});

test('what a collector puts off is sent again, at the latest when the daemon stops', async t => {
  const collector = await openCollector(t, n => (n === 1 ? 503 : 200));
  const { owner, serving } = await openWarehouse(t);
  const { body: first } = await owner.invoke('w.items.list');
  await collector.span(tells(first.executionId));
  assert.equal(collector.arrived.length, 1);
  await serving.close();
  assert.equal(collector.spans().filter(tells(first.executionId)).length, 2);
});

test('a collector that is not there is told of once, and keeps nobody waiting', async t => {
  report(t, 'http://127.0.0.1:9');
  const lines: string[] = [];
  const { owner } = await openWarehouse(t, { log: line => lines.push(line) });
  for (let n = 0; n < 5; n++) assert.equal((await owner.invoke('w.items.list')).status, 200);
  while (!lines.some(line => line.startsWith('traces are not taken'))) await sleep(20);
  assert.equal((await owner.invoke('w.items.list')).status, 200);
});

test('what a caller says to be part of its trace is in that, over HTTP and MCP, with the calls of a program; what is malformed is not', async t => {
  const collector = await openCollector(t);
  const { owner, url, token } = await openWarehouse(t);
  const [trace, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const headers = { traceparent: `00-${trace}-${caller}-01` };

  const { body: listed } = await owner.invoke('w.items.list', {}, { headers });
  const overHttp = await collector.span(tells(listed.executionId));
  assert.deepEqual([overHttp.traceId, overHttp.parentSpanId], [trace, caller]);

  const client = await v2(t, url, token);
  const asked = { name: 'call', arguments: { path: 'w.items.list', input: {} }, _meta: headers };
  const { structuredContent } = (await client.callTool(asked)) as { structuredContent: { executionId: string } };
  const overMcp = await collector.span(tells(structuredContent.executionId));
  assert.deepEqual([overMcp.traceId, overMcp.parentSpanId], [trace, caller]);

  const { body: program } = await owner.post('/api/executions', { code: 'return await tools.w.items.list()' }, { headers });
  const run = await collector.span(tells(program.id));
  assert.deepEqual([run.traceId, run.parentSpanId], [trace, caller]);
  const inner = await collector.span(span => span.parentSpanId === run.spanId);
  assert.equal(inner.traceId, trace);

  for (const traceparent of [`00-${'0'.repeat(32)}-${caller}-01`, `ff-${trace}-${caller}-01`, 'nonsense']) {
    const { body } = await owner.invoke('w.items.list', {}, { headers: { traceparent } });
    const span = await collector.span(tells(body.executionId));
    assert.ok(span.traceId !== trace && span.parentSpanId === undefined, traceparent);
  }
});

const META_SERVER = fileURLToPath(new URL('../fixtures/mcp/meta-server.mjs', import.meta.url));
const SAID = `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00`;

test('upstreams are told of the trace only where the owner says so: without a collector, of the caller’s as it came', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const told = async (headers: Record<string, string>) => {
    upstream.arrived.length = 0;
    assert.equal((await owner.invoke('w.items.list', {}, { headers })).status, 200);
    return upstream.arrived[0]!.headers.traceparent;
  };
  assert.equal(await told({ traceparent: SAID }), undefined);
  assert.equal((await owner.patch('/api/settings', { traceTools: ['w.items.*'] })).status, 200);
  assert.equal(await told({ traceparent: SAID }), SAID);
  assert.equal(await told({}), undefined);
  assert.equal((await owner.patch('/api/settings', { traceTools: ['w.faults.*'] })).status, 200);
  assert.equal(await told({ traceparent: SAID }), undefined);
  assert.equal((await owner.patch('/api/settings', { traceTools: ['w.**.list'] })).body.error.code, 'invalid_arguments');
});

test('with a collector the upstream is told of the span of its call, in a header or in _meta', async t => {
  const collector = await openCollector(t);
  const { owner, upstream } = await openWarehouse(t);
  await owner.post('/api/sources', { command: process.execPath, args: [META_SERVER], namespace: 'meta' });
  assert.equal((await owner.get('/api/sources/meta?wait=60')).body.state, 'ready');
  await owner.put('/api/policies', { pattern: 'meta.*', decision: 'allow' });
  const { body: untold } = await owner.invoke('meta.meta');
  assert.equal(untold.data.structuredContent.traceparent, undefined);
  await owner.patch('/api/settings', { traceTools: ['w.**', 'meta.*'] });
  const { body: listed } = await owner.invoke('w.items.list', {}, { headers: { traceparent: SAID } });
  const overHttp = await collector.span(tells(listed.executionId));
  assert.equal(upstream.arrived.at(-1)!.headers.traceparent, `${SAID.slice(0, 36)}${overHttp.spanId}-00`);
  const { body: asked } = await owner.invoke('meta.meta');
  const overMcp = await collector.span(tells(asked.executionId));
  assert.equal(asked.data.structuredContent.traceparent, `00-${overMcp.traceId}-${overMcp.spanId}-01`);
});
