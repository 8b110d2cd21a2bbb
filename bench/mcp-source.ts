import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { House } from '../test/runtime/kinds/mcp/house.ts';
import { Remote, tool } from '../test/runtime/kinds/mcp/remote.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine, timed } from './figures.ts';

/**
 * What a call of a warm MCP server costs over the same call by the official client, interleaved. Within the runtime (what executor adds to
 * a call: policy, history, the claim on disk), and through `POST /api/tools/invoke` (an HTTP request more). The tool is a trusted read.
 */
const WARM_UP = 200;
const ROUNDS = 1_000;

await measure(async t => {
  const remote = new Remote();
  remote.tools = [tool('echo', { annotations: { readOnlyHint: true } })];
  const url = await remote.open();
  t.after(() => remote.close());
  const house = new House();
  const runtime = await house.open();
  t.after(() => house.close());
  const daemon = await startDaemon(t, temporaryDataDir(t));

  const seen = house.diary('bench');
  await house.addOdd('piped', 'well', { diary: seen.path });
  await runtime.sources.add({ namespace: 'remote', url, kind: 'mcp', allowPrivate: true });
  await runtime.sources.wait('remote');
  await daemon.api.post('/api/sources', { namespace: 'remote', url, kind: 'mcp', allowPrivate: true });
  await daemon.api.get('/api/sources/remote?wait=60');
  await daemon.api.patch('/api/sources/remote', { trusted: true });
  await daemon.api.get('/api/sources/remote?wait=60');
  for (const namespace of ['piped', 'remote']) {
    await runtime.sources.update(namespace, { trusted: true });
    await runtime.sources.wait(namespace);
    await house.allow(`${namespace}.**`);
  }

  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  t.after(() => client.close());
  const headers = { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' };
  const done = (ok: boolean, what: unknown) => {
    if (!ok) throw new Error(JSON.stringify(what));
  };
  const ways = {
    direct: () => client.callTool({ name: 'echo', arguments: { text: 'x' } }),
    runtime: async () => {
      const view = await house.call('remote.echo', { text: 'x' });
      done(view.state === 'done', view);
    },
    piped: async () => {
      const view = await house.call('piped.echo', { text: 'x' });
      done(view.state === 'done', view);
    },
    invoke: async () => {
      const reply = (await (
        await fetch(`${daemon.url}/api/tools/invoke/remote.echo`, { method: 'POST', headers, body: '{"text":"x"}' })
      ).json()) as { ok: boolean };
      done(reply.ok, reply);
    },
  };
  const samples: Record<keyof typeof ways, number[]> = { direct: [], runtime: [], piped: [], invoke: [] };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const ms = await timed(way);
      if (round >= WARM_UP) samples[name as keyof typeof ways].push(ms);
    }
  }
  reportMachine();
  report('the same call by the official client', samples.direct);
  report('a call of a warm HTTP server, within the runtime', samples.runtime);
  report('a call of a warm stdio server, within the runtime', samples.piped);
  report('a call of a warm HTTP server through `POST /api/tools/invoke`', samples.invoke);
  const over = (name: keyof typeof ways) => samples[name].map((ms, round) => ms - samples.direct[round]!);
  report('what the runtime adds', over('runtime'), { target: 1 });
  report('what `invoke` adds', over('invoke'));
  console.log(
    `median over median: ${(quantile(samples.runtime, 0.5) - quantile(samples.direct, 0.5)).toFixed(2)} ms; processes started: ${seen.pids().length}`,
  );
});
