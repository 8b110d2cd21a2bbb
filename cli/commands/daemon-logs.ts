import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, text } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { localOnly } from '../daemon/local-only.ts';
import { EXIT } from '../exit-codes.ts';
import { note, out } from '../print.ts';
import { readCount } from '../tools.ts';

/** `executor daemon logs` */
export async function run({ flags, json }: Context): Promise<number> {
  localOnly();
  const file = join(dataDirectory(), 'logs', 'daemon.log');
  const wanted = readCount('lines', text(flags, 'lines')) ?? 100;
  if (!existsSync(file) && !flags.follow) {
    note(`No log yet: ${file}`);
    return EXIT.ok;
  }
  const before = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const lines = before.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines.slice(-wanted)) out(json ? JSON.stringify({ line }) : line);
  if (flags.follow) await followFile(file, before.length);
  return EXIT.ok;
}

/** Copies what is added to the file, also after it was cut or replaced, until the command is ended. */
async function followFile(file: string, from: number): Promise<never> {
  for (let at = from; ; await sleep(250)) {
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size < at) at = 0;
    if (size === at) continue;
    for await (const chunk of createReadStream(file, { start: at, end: size - 1 })) process.stdout.write(chunk as Buffer);
    at = size;
  }
}
