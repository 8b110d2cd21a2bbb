import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandLine, startDaemon, temporaryDataDir } from '../daemon.ts';
import { askAllRoutes, askOverMcp } from './sentinels/doors.ts';
import { CALLS, furnish, madeUp, refreshAll, use } from './sentinels/furnish.ts';
import { hearArguments, hearBackup, hearFiles, listenToAll } from './sentinels/places.ts';
import { createHeard, formsOf, SLOTS, typedIn } from './sentinels/slots.ts';
import { callAs, openTraceCollector, TRACES } from './sentinels/traces.ts';
import { openEcho } from './sentinels/upstream.ts';

test('secrets in every slot are found nowhere, whatever the upstreams say back', async t => {
  const echo = await openEcho(t);
  const dataDir = temporaryDataDir(t);
  const traces = await openTraceCollector(t);
  const daemon = await startDaemon(t, dataDir, { EXECUTOR_LOG: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint });
  const { api: owner, url } = daemon;
  const heard = createHeard();
  const { hear } = heard;
  const subscribe = await listenToAll(t, daemon, heard);
  await subscribe(['sources', 'executions', 'pending', 'connections', 'actors', 'clients']);

  await furnish(owner, url, echo, heard);
  await use(owner, echo, heard);
  await askOverMcp(
    url,
    CALLS.map(([tool]) => tool),
    heard,
  );
  await refreshAll(owner, heard);
  const shown = 'shown/where+traces are';
  const shownAs = [shown, Buffer.from(shown).toString('base64url'), encodeURIComponent(shown)];
  await callAs(url, owner, shownAs);
  const { items } = (await owner.get('/api/actors?kind=connection&limit=1000')).body;
  await subscribe([
    ...items.map(({ id }: { id: string }) => `actor:connection:${id.replace(/^connection:/, '')}`),
    ...['shop', 'graph', 'remote', 'local', 'broken', 'crashed'].map(namespace => `actor:source:${namespace}`),
  ]);
  await askAllRoutes(owner, heard);

  const run = commandLine(dataDir);
  const backup = join(dataDir, '..', 'backup');
  for (const args of [
    ['connections'],
    ['sources'],
    ['export'],
    ['doctor'],
    ['executions', 'list'],
    ['audit', 'list'],
    ['backup', backup],
  ]) {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    hear(`executor ${args.join(' ')}`, stdout + stderr);
  }
  const program = (await owner.get('/api/actors?kind=program')).body.items[0].id.replace(/^program:/, '');
  hear('executor executions show', JSON.stringify(await run(['executions', 'show', program])));
  const unauthorized = await run(['call', 'shop.odd.refused', '--connection', 'token']);
  assert.equal(unauthorized.code, 4, unauthorized.stderr);
  hear('executor call', JSON.stringify(unauthorized));
  hearArguments(daemon.pid, heard);
  await daemon.stop();
  hear('the log', daemon.log());
  // One for every execution at least, those of the MCP surface and of programs among them.
  assert.ok(traces.hear(heard) > 100);
  assert.ok((await hearBackup(backup, heard)) > 100);
  hearFiles(dataDir, heard);

  const used = JSON.stringify(echo.arrived.map(({ headers, query, text }) => ({ headers, query: String(query), text })));
  const secrets = [...typedIn(), ...madeUp(echo)];
  for (const [slot, secret] of Object.entries(SLOTS)) {
    // The environment leaves by no request; a command that got none would not have said it back: its tool answered.
    if (slot.startsWith('env')) continue;
    assert.ok(
      formsOf(secret).some(form => used.includes(form)),
      `the secret of ${slot} was never used`,
    );
  }
  assert.ok(madeUp(echo).length > 10, 'OAuth made up tokens, codes and states');
  assert.deepEqual(heard.findings(secrets), []);
  const found = heard.findings([shown]).filter(finding => finding.startsWith(TRACES));
  for (const form of shownAs) {
    assert.ok(
      found.some(finding => finding.startsWith(`${TRACES} has ${form}:`)),
      `what the traces do show, ${form}, was not found in them`,
    );
  }
});

test('the search finds a secret in each form it may have', () => {
  for (const secret of ['plain-Zq1', 'with/slash+Zq2', 'späce "Zq3"']) {
    for (const form of formsOf(secret)) {
      const heard = createHeard();
      heard.hear('here', `before ${form} after`);
      assert.ok(heard.findings([secret]).length > 0, form);
    }
  }
});
