import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { FaultError } from '../machines/schema/fault.ts';
import type { Store } from './store.ts';

/*
 * A backup is one JSON line of header, then frames of [key length, value length, key, value] (lengths as 32-bit big-endian), then a frame
 * with the key length 0xffffffff whose value length is the number of frames: a file that was cut short is noticed.
 */

const FORMAT = 'executor-backup';
const END = 0xffff_ffff;

export interface BackupHeader {
  format: typeof FORMAT;
  version: 1;
  createdAt: string;
  /** The daemon's version. */
  executor: string;
  /** Only with `withKey`: without them, secrets in the backup can only be opened where the key still is. */
  key?: string;
  token?: string;
}

/** Writes a consistent copy of everything that is stored, as of the moment it starts, while work goes on. */
export async function writeBackup(store: Store, header: Omit<BackupHeader, 'format' | 'version'>, out: Writable): Promise<number> {
  const send = async (bytes: Uint8Array | string) => {
    if (!out.write(bytes)) await once(out, 'drain');
  };
  await send(`${JSON.stringify({ format: FORMAT, version: 1, ...header })}\n`);
  let entries = 0;
  for await (const [key, value] of store.raw()) {
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32BE(key.byteLength, 0);
    head.writeUInt32BE(value.byteLength, 4);
    await send(Buffer.concat([head, key, value]));
    entries += 1;
  }
  const end = Buffer.allocUnsafe(8);
  end.writeUInt32BE(END, 0);
  end.writeUInt32BE(entries, 4);
  await send(end);
  return entries;
}

/**
 * Reads a backup.
 * @throws FaultError invalid_arguments when it is none, is of a later version, or was cut short
 */
export async function readBackup(
  input: Readable,
  take: (entries: { key: Uint8Array; value: Uint8Array }[]) => Promise<void>,
): Promise<{ header: BackupHeader; entries: number }> {
  const bytes = reader(input);
  const header = headerOf(await bytes.line());
  let entries = 0;
  let batch: { key: Uint8Array; value: Uint8Array }[] = [];
  for (;;) {
    const head = await bytes.take(8);
    const keyLength = head.readUInt32BE(0);
    const valueLength = head.readUInt32BE(4);
    if (keyLength === END) {
      if (valueLength !== entries) throw broken('it does not hold as many entries as it says');
      break;
    }
    batch.push({ key: await bytes.take(keyLength), value: await bytes.take(valueLength) });
    entries += 1;
    if (batch.length < 500) continue;
    await take(batch);
    batch = [];
  }
  if (batch.length > 0) await take(batch);
  return { header, entries };
}

const broken = (why: string) => new FaultError('invalid_arguments', `this is no whole backup: ${why}`);

function headerOf(line: string): BackupHeader {
  let header: Partial<BackupHeader> & { version?: number };
  try {
    header = JSON.parse(line);
  } catch {
    throw broken('it does not begin as one');
  }
  if (header.format !== FORMAT) throw broken('it does not begin as one');
  if (header.version !== 1) throw broken(`it is of format version ${header.version}; this build knows 1`);
  return header as BackupHeader;
}

/** Takes exact amounts out of a stream. */
function reader(input: Readable) {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  async function more(): Promise<void> {
    const { value, done } = await chunks.next();
    if (done) throw broken('it was cut short');
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  }
  const cut = (length: number): Buffer => {
    const part = rest.subarray(0, length);
    rest = rest.subarray(length);
    return part;
  };
  return {
    async take(length: number): Promise<Buffer> {
      while (rest.length < length) await more();
      return cut(length);
    },
    async line(): Promise<string> {
      while (!rest.includes(10)) {
        if (rest.length > 64 * 1024) throw broken('it does not begin as one');
        await more();
      }
      return cut(rest.indexOf(10) + 1).toString('utf8');
    },
  };
}
