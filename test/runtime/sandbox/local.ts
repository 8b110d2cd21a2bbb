import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { LIMITS, type Limits } from '../../../runtime/sandbox/limits.ts';
import { prepare } from '../../../runtime/sandbox/prepare.ts';
import type { JournalEntry, Program, Turn } from '../../../runtime/sandbox/protocol.ts';
import { createScheduler } from '../../../runtime/sandbox/scheduler.ts';
import { createVm } from '../../../runtime/sandbox/vm.ts';

const wasm = await WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')));

export const startedAt = '2026-01-01T00:00:00.000Z';
export const at = (second: number): string => new Date(Date.parse(startedAt) + second * 1000).toISOString();

/** A program without a thread: for asking what the scheduler does, turn by turn. */
export async function local(code: string, journal: JournalEntry[] = [], limits: Partial<Limits> = {}) {
  const program: Program = { code, seed: 'seed', startedAt, journal };
  const all = { ...LIMITS, ...limits };
  const [script, vm] = await Promise.all([prepare(code), createVm(wasm, all.memory)]);
  const scheduler = createScheduler({ vm, program, limits: all, beat: () => {} });
  const first: Turn = scheduler.start(script);
  return { first, deliver: scheduler.deliver };
}
