import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The built command line; `npm run build` makes it. */
export const CLI = process.env.EXECUTOR_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** What comes on stdin; without it stdin is closed from the start. */
  input?: string;
  /** Leaves the lines in stderr that say what takes over a second: how many there are depends on the machine. */
  keepProgress?: boolean;
  /** Sent when stdout or stderr says this. */
  interruptAt?: RegExp;
  /** What a person does at it, one after the other: when stdout or stderr says the one, the other happens; a text it gives is typed in. */
  person?: [says: RegExp, then: (match: RegExpExecArray) => unknown][];
}

/** Runs a program to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  { env, cwd, input, interruptAt, person = [] }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: env as NodeJS.ProcessEnv,
      cwd,
      stdio: [input === undefined && person.length === 0 ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const ran = { stdout: '', stderr: '' };
    const left = { stdout: 0, stderr: 0 };
    const acts = [...person];
    const act = async (name: 'stdout' | 'stderr') => {
      const match = acts[0]?.[0].exec(ran[name].slice(left[name]));
      if (!match) return;
      left[name] += match.index + match[0].length;
      const said = await acts.shift()![1](match);
      if (typeof said === 'string') child.stdin!.write(said);
      await act(name);
    };
    const hear = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
      ran[name] += chunk;
      if (interruptAt?.test(ran[name])) child.kill('SIGINT');
      act(name).catch(reject);
    };
    child.stdout!.on('data', hear('stdout'));
    child.stderr!.on('data', hear('stderr'));
    child.stdin?.on('error', () => {});
    if (person.length === 0) child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', code => resolve({ code, ...ran }));
  });
}

/** A request that reached the shop. */
export interface Arrived {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** The upstream of these tests: a shop on loopback that records what reaches it. */
export async function openShop() {
  const arrived: Arrived[] = [];
  const shop = { url: '', arrived, delayMs: 0, close: () => new Promise(resolve => server.close(resolve)) };
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    arrived.push({ method: req.method!, path: req.url!, headers: req.headers, body: text ? JSON.parse(text) : undefined });
    if (shop.delayMs) await sleep(shop.delayMs);
    const path = new URL(req.url!, 'http://shop').pathname;
    const answer = (status: number, body: unknown) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/openapi.json') answer(200, shopDocument(shop.url));
    else if (path === '/books' && req.method === 'GET') answer(200, [{ id: 1, title: 'Dune' }]);
    else if (path === '/orders' && req.method === 'POST') answer(201, { order: arrived.filter(each => each.method === 'POST').length });
    else if (path === '/broken') answer(500, { reason: 'out of paper' });
    else answer(404, { reason: 'no such thing' });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return shop;
}

/** What the shop can do, as OpenAPI. */
export function shopDocument(url: string) {
  const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
  const ok = { description: 'Fine', ...json({}) };
  const order = {
    type: 'object',
    required: ['book'],
    properties: { book: { type: 'integer', description: 'Which book' }, zip: { type: 'string' }, note: { type: 'string' } },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url }],
    paths: {
      '/books': {
        get: {
          tags: ['books'],
          operationId: 'list',
          summary: 'List the books there are',
          parameters: [{ name: 'genre', in: 'query', description: 'Only this genre', schema: { type: 'string' } }],
          responses: { 200: ok },
        },
      },
      '/orders': {
        post: {
          tags: ['orders'],
          operationId: 'create',
          summary: 'Order a book',
          requestBody: { required: true, ...json(order) },
          responses: { 201: ok },
        },
      },
      '/broken': { get: { tags: ['books'], operationId: 'broken', summary: 'Always fails', responses: { 200: ok } } },
    },
  };
}

/** A data directory of its own, with a space in its name, a shop, and the command line on both. */
export async function openRig() {
  const home = mkdtempSync(join(tmpdir(), 'exec cli '));
  const dataDir = join(home, 'data dir');
  const shop = await openShop();
  const { EXECUTOR_URL: _, EXECUTOR_TOKEN: __, NODE_EXTRA_CA_CERTS: ___, ...rest } = process.env;
  const env: Record<string, string | undefined> = {
    ...rest,
    HOME: home,
    EXECUTOR_DATA_DIR: dataDir,
    EXECUTOR_PORT: '0',
    TZ: 'UTC',
    NO_COLOR: '1',
  };
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const ran = await runProgram(process.execPath, [CLI, ...args], { cwd: home, ...options, env: { ...env, ...options.env } });
    return options.keepProgress ? ran : { ...ran, stderr: ran.stderr.replace(/^[^:\n]+…\n/gm, '') };
  };
  const daemonFile = () => {
    const file = join(dataDir, 'daemon.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { pid: number; url: string }) : undefined;
  };
  const specFile = join(home, 'my spec.json');
  writeFileSync(specFile, JSON.stringify(shopDocument(shop.url)));

  return {
    home,
    dataDir,
    shop,
    env,
    specFile,
    run,
    daemonFile,
    /** Adds the shop and expects it to work. */
    async addShop() {
      const { code, stderr } = await run(['add', specFile, '--name', 'shop', '--allow-private']);
      assert.equal(code, 0, stderr);
    },
    /** Calls the tool that asks first, and gives the id of the execution that waits. */
    async pause(...args: string[]) {
      const { code, stdout, stderr } = await run(['call', 'shop', 'orders', 'create', 'book=1', '--json', ...args]);
      assert.equal(code, 3, stderr);
      return JSON.parse(stdout).error.executionId as string;
    },
    /** The text with what differs from run to run replaced by names. */
    golden: (text: string) =>
      text
        .replaceAll(shop.url, '<shop>')
        .replaceAll(daemonFile()?.url ?? '<none>', '<url>')
        .replaceAll(dataDir, '<data>')
        .replace(/exec_[A-Za-z0-9]+/g, '<id>')
        .replace(/pol_[A-Za-z0-9]+/g, '<policy>')
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>')
        .replace(/pid \d+/g, 'pid <pid>')
        .replace(/\b\d+(\.\d)? m?s\b/g, '<ms>'),
    async close() {
      const running = daemonFile();
      await run(['daemon', 'stop']);
      if (running) await ended(running.pid);
      await shop.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
export type Rig = Awaited<ReturnType<typeof openRig>>;

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for a process to end; the last resort is to end it. */
export async function ended(pid: number): Promise<void> {
  for (let i = 0; i < 250 && isAlive(pid); i++) await sleep(20);
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGKILL');
  assert.fail(`process ${pid} had to be killed`);
}
