import fs from 'node:fs';
import { join } from 'node:path';

/*
 * LevelDB replays its journal at start, and drops in silence what does not check (it would tell only with `paranoid_checks`, which the
 * binding does not offer). Acknowledged rows must not vanish like that, so the journal is read once before, by the same format:
 * https://github.com/google/leveldb/blob/main/doc/log_format.md. A torn end is what a power cut leaves, and is no damage.
 */
const BLOCK = 32_768;
const HEADER = 7;

/**
 * Says what is wrong with a database that is not open, or nothing. Looks twice: where another daemon has it open, files come and go, and
 * that one is to be told of by the lock.
 */
export const findDamage = (directory: string): string | undefined => look(directory) && look(directory);

function look(directory: string): string | undefined {
  if (!fs.existsSync(join(directory, 'CURRENT'))) {
    // A database that a kill caught while it was made has a manifest, but no data yet.
    const isData = (file: string) => /\.(ldb|sst|log)$/.test(file) && fs.statSync(join(directory, file)).size > 0;
    return fs.existsSync(directory) && fs.readdirSync(directory).some(isData) ? 'CURRENT is missing' : undefined;
  }
  for (const file of fs.readdirSync(directory)) {
    if (!/^\d+\.log$|^MANIFEST-\d+$/.test(file)) continue;
    const at = firstDamage(fs.readFileSync(join(directory, file)));
    if (at !== undefined) return `${file} does not check at byte ${at}`;
  }
  return findLoss(directory);
}

/** Whether a file ends as every table does: https://github.com/google/leveldb/blob/main/doc/table_format.md */
function isTable(file: string): boolean {
  const handle = fs.openSync(file, 'r');
  try {
    const size = fs.fstatSync(handle).size;
    const magic = Buffer.alloc(8);
    return size >= 48 && fs.readSync(handle, magic, 0, 8, size - 8) === 8 && magic.readBigUInt64LE() === 0xdb4775248b80fb57n;
  } finally {
    fs.closeSync(handle);
  }
}

/** Where a record does not check although records that do come after it. */
export function firstDamage(bytes: Uint8Array): number | undefined {
  let suspect: number | undefined;
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      continue;
    }
    const length = bytes[at + 4]! | (bytes[at + 5]! << 8);
    const isPadding = length === 0 && bytes[at + 6] === 0;
    const fits = HEADER + length <= left && at + HEADER + length <= bytes.length;
    if (!isPadding && fits && checks(bytes, at, length)) {
      if (suspect !== undefined) return suspect;
      at += HEADER + length;
      continue;
    }
    if (!isPadding) suspect ??= at;
    // Past a record that does not check nothing in its block can be found; LevelDB leaves the rest of the block as well.
    at += left;
  }
  return undefined;
}

/** What the manifest names must be there: without its journal LevelDB itself would start. Files it does not name are leftovers. */
function findLoss(directory: string): string | undefined {
  const manifest = fs.readFileSync(join(directory, 'CURRENT'), 'utf8').trim();
  if (!/^MANIFEST-\d+$/.test(manifest) || !fs.existsSync(join(directory, manifest))) return undefined; // LevelDB says so itself
  const { journal, tables } = readManifest(records(fs.readFileSync(join(directory, manifest))));
  const named = (number: number, extension: string) => `${String(number).padStart(6, '0')}.${extension}`;
  if (journal > 0 && !fs.existsSync(join(directory, named(journal, 'log')))) return `${named(journal, 'log')} is missing`;
  for (const number of tables) {
    const file = [named(number, 'ldb'), named(number, 'sst')].find(each => fs.existsSync(join(directory, each)));
    if (!file) return `${named(number, 'ldb')} is missing`;
    if (!isTable(join(directory, file))) return `${file} is no table any more`;
  }
  return undefined;
}

/** The whole records of a file whose parts have been checked. */
function records(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const left = BLOCK - (at % BLOCK);
    const length = bytes[at + 4]! | (bytes[at + 5]! << 8);
    const type = bytes[at + 6]!;
    if (left < HEADER || type === 0 || HEADER + length > left) {
      at += left;
      continue;
    }
    parts.push(bytes.subarray(at + HEADER, at + HEADER + length));
    // 1 whole, 2 first, 3 middle, 4 last
    if (type === 1 || type === 4) {
      found.push(Buffer.concat(parts));
      parts = [];
    }
    at += HEADER + length;
  }
  return found;
}

/** What a manifest comes to: https://github.com/google/leveldb/blob/main/db/version_edit.cc */
function readManifest(edits: readonly Uint8Array[]): { journal: number; tables: Set<number> } {
  let journal = 0;
  const tables = new Set<number>();
  for (const edit of edits) {
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let unit = 1; ; unit *= 128) {
        const byte = edit[at++] ?? 0;
        value += (byte & 127) * unit;
        if (byte < 128) return value;
      }
    };
    const skip = (bytes: number) => {
      at += bytes;
    };
    while (at < edit.length) {
      const tag = varint();
      if (tag === 1) skip(varint());
      else if (tag === 2) journal = varint();
      else if (tag === 3 || tag === 4 || tag === 9) varint();
      else if (tag === 5) {
        varint();
        skip(varint());
      } else if (tag === 6) {
        varint();
        tables.delete(varint());
      } else if (tag === 7) {
        varint();
        tables.add(varint());
        varint();
        skip(varint());
        skip(varint());
      } else break; // written by a newer LevelDB: it will say so itself
    }
  }
  return { journal, tables };
}

function checks(bytes: Uint8Array, at: number, length: number): boolean {
  const stored = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  const unmasked = (stored - 0xa282ead8) >>> 0;
  return ((unmasked >>> 17) | (unmasked << 15)) >>> 0 === crc32c(bytes, at + HEADER - 1, at + HEADER + length);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffffffff;
  for (let at = from; at < to; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
