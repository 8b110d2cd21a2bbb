import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import WebSocket from 'ws';
import { readBackup } from '../../../runtime/backup.ts';
import type { DaemonProcess } from '../../daemon.ts';
import type { Ending } from '../../upstream-recorder.ts';
import type { Heard } from './slots.ts';

/** Hears everything that the sockets say, on every topic; `see` subscribes to actors that have come about since. */
export async function listenToAll(t: Ending, { url, token }: Pick<DaemonProcess, 'url' | 'token'>, { hear }: Heard) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['executor', `bearer.${token}`]);
  t.after(() => socket.terminate());
  const ready = new Map<string, () => void>();
  socket.on('message', data => {
    const text = String(data);
    const frame = JSON.parse(text) as { type: string; topic: string; view?: { authorizeUrl?: string } };
    const { type, topic } = frame;
    // The open link of a login is for the owner's eyes, until it has been followed.
    if (frame.view) delete frame.view.authorizeUrl;
    hear(`ws ${topic}`, JSON.stringify(frame));
    if (type === 'ready' || type === 'error') ready.get(topic)?.();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return async (topics: readonly string[]) => {
    for (const topic of topics) {
      const told = new Promise<void>(resolve => ready.set(topic, resolve));
      socket.send(JSON.stringify({ type: 'subscribe', topic }));
      await told;
    }
  };
}

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** Every file of the data directory as bytes: what LevelDB has not yet let go of is there as well. */
export function hearFiles(folder: string, { hear }: Heard): void {
  for (const file of files(folder)) {
    // The key and the owner's token are where they belong.
    if (!/\/(key|token)$/.test(file)) hear(file.slice(folder.length), readFileSync(file).toString('latin1'));
  }
}

/** Every entry of a backup, unpacked: all that the store holds now, without the compression of its files. */
export async function hearBackup(file: string, { hear }: Heard): Promise<number> {
  const { entries } = await readBackup(Readable.from([gunzipSync(readFileSync(file))]), async batch => {
    for (const { key, value } of batch) {
      const bytes = Buffer.from(value);
      const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
      hear(`backup: ${Buffer.from(key).toString('latin1').slice(0, 80)}`, (isPacked ? gunzipSync(bytes) : bytes).toString('latin1'));
    }
  });
  return entries;
}

/** The arguments of the daemon's process and of its children, where the system shows them. */
export function hearArguments(pid: number, { hear }: Heard): void {
  if (!existsSync('/proc/self/cmdline')) return;
  for (const entry of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1]);
      if (Number(entry) === pid || parent === pid) hear(`arguments of process ${entry}`, readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
    } catch {
      // It has ended meanwhile.
    }
  }
}
