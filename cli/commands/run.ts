import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { type Context, text } from '../command.ts';
import { UsageError } from '../failure.ts';
import { seeThrough } from '../program-run.ts';
import { startProgress } from '../progress.ts';
import { readStdin } from '../stdin.ts';
import { connectSteadily } from '../steady.ts';

/** `executor run <file.ts|->` */
export async function run({ entry, words, flags, json }: Context): Promise<number> {
  const code = await readCode(words[0]!);
  const timeout = text(flags, 'timeout');
  if (timeout !== undefined && !/^[1-9]\d*$/.test(timeout))
    throw new UsageError('--timeout takes whole seconds', 'For example --timeout 60');
  const daemon = await connectSteadily(entry);
  const progress = startProgress('the program runs');
  try {
    const { id } = await daemon.ask<ExecutionView>({
      method: 'POST',
      path: '/api/executions',
      body: { code, ...(flags.simulate && { simulate: true }), ...(timeout !== undefined && { timeoutMs: Number(timeout) * 1000 }) },
      // A daemon that dies and comes back in the middle must be asked again without a second program being started.
      headers: { 'idempotency-key': text(flags, 'idempotency-key') ?? `cli-${randomUUID()}` },
    });
    return await seeThrough(daemon, id, { progress, json, patient: Boolean(flags.wait) });
  } finally {
    progress.end();
  }
}

async function readCode(source: string): Promise<string> {
  if (source === '-') return readStdin();
  try {
    return await readFile(source, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT' ? `there is no file ${source}` : `${source} cannot be read: ${code}`,
      'A program is read from a file, or from stdin with "-"',
    );
  }
}
