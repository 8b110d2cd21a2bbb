import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExecutionView } from '../../../../machines/schema/execution.ts';
import { createRuntime, type RuntimeOptions } from '../../../../runtime/create.ts';
import type { Invocation, Runtime } from '../../../../runtime/runtime.ts';

export const ODD = fileURLToPath(new URL('../../../fixtures/mcp/odd-server.mjs', import.meta.url));
export const EVERYTHING = fileURLToPath(
  new URL('../../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);

/** A runtime of its own, with short ways to do what these tests do all the time. */
export class House {
  readonly directory = mkdtempSync(join(tmpdir(), 'executor-mcp-'));
  runtime!: Runtime;
  readonly options: Partial<RuntimeOptions>;

  constructor(options: Partial<RuntimeOptions> = {}) {
    this.options = options;
  }

  async open(): Promise<Runtime> {
    this.runtime = await createRuntime({ dataDir: join(this.directory, 'data'), ...this.options });
    return this.runtime;
  }

  async close(): Promise<void> {
    await this.runtime.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A file in which the odd server says what it does. */
  diary(name: string): { path: string; lines(): string[]; pids(what?: string): number[] } {
    const path = join(this.directory, name);
    const lines = () => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);
    return {
      path,
      lines,
      pids: (what = 'start') => lines().flatMap(line => (line.startsWith(`${what} `) ? [Number(line.split(' ')[1])] : [])),
    };
  }

  async addOdd(namespace: string, how: string, more: { diary?: string; env?: Record<string, string> } = {}) {
    const { diary, env } = more;
    await this.runtime.sources.add({
      namespace,
      command: process.execPath,
      args: [ODD, how, ...(diary ? [diary] : [])],
      ...(env && { env }),
    });
    return this.runtime.sources.wait(namespace);
  }

  /** Lets everything of a source run without asking. */
  allow(pattern: string) {
    return this.runtime.policies.put({ pattern, decision: 'allow' });
  }

  async start(path: string, input: Record<string, unknown> = {}, more: Partial<Invocation> = {}): Promise<ExecutionView> {
    return this.runtime.executions.invoke({ path, input, principal: this.runtime.principals.owner, ...more });
  }

  settle(id: string, seconds = 20): Promise<ExecutionView> {
    return this.runtime.executions.wait(id, this.runtime.principals.owner, { seconds });
  }

  async call(path: string, input: Record<string, unknown> = {}, more: Partial<Invocation> = {}): Promise<ExecutionView> {
    return this.settle((await this.start(path, input, more)).id);
  }

  answer(view: ExecutionView, action: 'accept' | 'decline', content?: Record<string, unknown>) {
    const interaction = view.interactions.at(-1)!.id;
    return this.runtime.executions.resume(view.id, { action, interaction, ...(content && { content }) }, this.runtime.principals.owner);
  }
}

/** Looks again and again until it is so; what it waits for has no event that could be waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `in vain waited for: ${what}`);
    await sleep(20);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has collected answers, too.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export const textOf = (view: ExecutionView): string =>
  ((view.result as { content?: { text?: string }[] } | undefined)?.content ?? []).map(({ text }) => text ?? '').join('');
