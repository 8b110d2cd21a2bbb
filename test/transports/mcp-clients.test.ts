import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { serveReference } from '../conformance/reference/server.ts';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { type Emulator, everybody } from '../mcp/emulators.ts';
import { shop } from '../mcp/shop.ts';

/** A daemon with a server that asks for a form, and a shop whose orders ask for approval; and everybody who comes to it. */
async function market(t: TestContext) {
  const dataDir = temporaryDataDir(t);
  const reference = await serveReference(0, '2026');
  t.after(() => reference.close());
  const bookshop = await shop(t);
  const daemon = await startDaemon(t, dataDir);
  const add = async (input: Record<string, unknown> & { namespace: string }) => {
    await daemon.api.post('/api/sources', { ...input, allowPrivate: true });
    const { body } = await daemon.api.get(`/api/sources/${input.namespace}?wait=60`);
    assert.equal(body.state, 'ready', JSON.stringify(body));
  };
  await add({ url: reference.url, namespace: 'ref' });
  await add(bookshop.source);
  await daemon.api.put('/api/policies', { pattern: 'ref.**', decision: 'allow' });
  const { token } = (await daemon.api.post('/api/tokens', { name: 'agent', role: 'agent' })).body;
  return { daemon, bookshop, add, clients: await everybody(t, daemon, { dataDir, token }) };
}

/** Everybody at the same time, each one after another of its own. */
const each = <T>(clients: Emulator[], work: (client: Emulator) => Promise<T>): Promise<T[]> => Promise.all(clients.map(work));

test('what pauses in one client is resumed in every other one, on the command line, over HTTP and in the page', async t => {
  const { daemon, clients, add, bookshop } = await market(t);
  const paused = new Map<string, string>();
  const cell = (from: Emulator, to: Emulator) => `${from.name} → ${to.name}`;
  const others = (one: Emulator) => clients.filter(client => client !== one);

  await each(clients, async from => {
    for (const to of others(from)) {
      const { status, executionId } = await from.pause('ref.test_input_required_result_elicitation', {});
      assert.equal(status, 'paused', cell(from, to));
      paused.set(cell(from, to), executionId);
    }
  });
  assert.equal(new Set(paused.values()).size, clients.length * (clients.length - 1));
  // The lists change meanwhile: some hear of it and do not care.
  await add({ ...bookshop.source, namespace: 'cafe' });

  await each(clients, async to => {
    for (const from of others(to)) {
      if (from.isOwner) {
        // What the owner began is none of an agent's business: to it there is no such execution.
        assert.equal((await to.fill(paused.get(cell(from, to))!, { name: to.name })).status, 'failed', cell(from, to));
        await from.fill(paused.get(cell(from, to))!, { name: cell(from, to) });
        continue;
      }
      const { status, result } = await to.fill(paused.get(cell(from, to))!, { name: cell(from, to) });
      assert.equal(status, 'done', cell(from, to));
      assert.ok(JSON.stringify(result).includes(cell(from, to)), JSON.stringify(result));
    }
  });
  await each(clients, async from => {
    const [to] = others(from);
    const { status, result } = await from.look(paused.get(cell(from, to!))!);
    assert.equal(status, 'done', from.name);
    assert.ok(JSON.stringify(result).includes(cell(from, to!)), JSON.stringify(result));
  });
  assert.deepEqual((await daemon.api.get('/api/executions?state=pending')).body.items, []);
});

test('an order paused in any client is approved by a person, once, and every client may see what came of its own', async t => {
  const { daemon, clients, bookshop } = await market(t);
  await each(clients, async client => {
    // A client that shows links is asked for one; nobody follows it, and it is paused like any other.
    const { status, executionId } = await client.pause('shop.orders.create', { book: clients.indexOf(client) });
    assert.equal(status, 'paused', client.name);
    assert.equal((await daemon.api.resume(executionId)).status, 200);
    assert.equal((await client.look(executionId)).status, 'done', client.name);
  });
  const books = bookshop.arrived.filter(({ method }) => method === 'POST').map(({ text }) => JSON.parse(text).book);
  assert.deepEqual(
    books.sort((a, b) => a - b),
    clients.map((_, at) => at),
  );
});
