import fs from 'node:fs';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readPrivateFile, replacePrivateFile } from './private-file.ts';

/** Where the running daemon is found; it holds no secret. */
export const DaemonFile = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  url: Type.String(),
  version: Type.String(),
  startedAt: Type.String(),
});
export type DaemonFile = Static<typeof DaemonFile>;

/** Writes `daemon.json` in one step, mode 0600. */
export function writeDaemonFile(dataDir: string, daemon: DaemonFile): void {
  replacePrivateFile(fileOf(dataDir), `${JSON.stringify(daemon, null, 2)}\n`);
}

/** Reads `daemon.json`. A missing or damaged one is undefined: it is a hint, and the daemon writes it anew when it starts. */
export function readDaemonFile(dataDir: string): DaemonFile | undefined {
  const text = readPrivateFile(fileOf(dataDir));
  if (text === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    return Value.Check(DaemonFile, found) ? found : undefined;
  } catch {
    return undefined; // not JSON: damaged
  }
}

/** Removes `daemon.json` when it is this process's: a daemon that ends late must not hide the one that came after it. */
export function removeDaemonFile(dataDir: string, pid: number = process.pid): void {
  if (readDaemonFile(dataDir)?.pid === pid) fs.rmSync(fileOf(dataDir), { force: true });
}

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'daemon.json');
}
