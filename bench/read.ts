import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine, timed } from './figures.ts';
import { description, forkUpstream } from './upstream.ts';

/** What a read costs over the same request sent directly: interleaved, both over kept connections. */

const WARM_UP = 300;
const ROUNDS = 2000;
const AT_ONCE = 16;

await measure(async t => {
  const origin = await forkUpstream(t);
  const daemon = await startDaemon(t, temporaryDataDir(t));
  await daemon.api.post('/api/sources', { spec: description(origin), namespace: 'shop', allowPrivate: true });
  const { body } = await daemon.api.get('/api/sources/shop?wait=30');
  if (body.state !== 'ready') throw new Error(JSON.stringify(body));

  const headers = { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' };
  const direct = async () => (await fetch(`${origin}/books?q=x`)).json();
  const invoke = async () => {
    const response = await fetch(`${daemon.url}/api/tools/invoke/shop.books.list`, { method: 'POST', headers, body: '{"q":"x"}' });
    const answer = (await response.json()) as { ok: boolean };
    if (!answer.ok) throw new Error(JSON.stringify(answer));
  };
  const client = new Client({ name: 'bench', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', daemon.url), { requestInit: { headers } });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  t.after(() => client.close());
  const mcp = () => client.callTool({ name: 'call', arguments: { path: 'shop.books.list', input: { q: 'x' } } });

  const samples = { direct: [] as number[], invoke: [] as number[], mcp: [] as number[] };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const [a, b] = [await timed(direct), await timed(invoke)];
    const c = round % 5 === 0 ? await timed(mcp) : undefined;
    if (round < WARM_UP) continue;
    samples.direct.push(a);
    samples.invoke.push(b);
    if (c !== undefined) samples.mcp.push(c);
  }
  const calls = 4000;
  let left = calls;
  const spent = await timed(() =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) await invoke();
      }),
    ),
  );
  reportMachine();
  report('the same request sent directly', samples.direct);
  report('a read through `POST /api/tools/invoke`', samples.invoke);
  report('a read through `/mcp`', samples.mcp);
  const over = (share: number) => quantile(samples.invoke, share) - quantile(samples.direct, share);
  console.log(
    `| what invoke adds: difference of the medians, of the 95 % | ≤ 1 ms | ${over(0.5).toFixed(2)} ms | ${over(0.95).toFixed(2)} ms | ${ROUNDS} | ${over(0.5) <= 1 ? 'met' : 'missed'} |`,
  );
  console.log(`| reads per second, ${AT_ONCE} at once | | ${Math.round((calls / spent) * 1000)} /s | | ${calls} | |`);
});
