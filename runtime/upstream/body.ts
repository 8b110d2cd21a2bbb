import zlib from 'node:zlib';

/** How much of a body is kept, counted after decompression. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly onOverflow: 'fail' | 'truncate';
}

/** What becomes of a body. Exactly one of `complete`, `overflow` and `damaged` is called, once. */
export interface BodyEnd {
  complete(body: Uint8Array, truncated: boolean): void;
  overflow(): void;
  damaged(error: Error): void;
  /** The decoder has room again after `write` said false. */
  drained(): void;
}

/** Where the chunks of a response go. `write` says false when the socket should pause. */
export interface BodySink {
  write(chunk: Buffer): boolean;
  end(): void;
  discard(): void;
}

/** Content codings we ask for and undo; with any other the body is handed on as it came (RFC 9110, section 8.4). */
export function isDecodable(contentEncoding: string | undefined): boolean {
  return codings(contentEncoding).length > 0;
}

/** Collects a body up to its limit. Nothing beyond the limit is kept, not even for a moment: a bomb is dropped while it unfolds. */
export function createBodySink(contentEncoding: string | undefined, limit: BodyLimit, end: BodyEnd): BodySink {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let over = false;
  const keep = (chunk: Buffer): void => {
    if (over) return;
    const room = limit.maxBytes - bytes;
    if (chunk.length > room) {
      over = true;
      if (limit.onOverflow === 'truncate') {
        if (room > 0) chunks.push(chunk.subarray(0, room));
        end.complete(join(chunks), true);
      } else end.overflow();
      return;
    }
    bytes += chunk.length;
    chunks.push(chunk);
  };
  const finish = (): void => {
    if (!over) end.complete(join(chunks), false);
  };
  const decoders = codings(contentEncoding);
  if (decoders.length > 0) return createDecodingSink(decoders, keep, finish, () => over, end);
  return {
    write(chunk) {
      keep(chunk);
      return true;
    },
    end: finish,
    discard: () => {},
  };
}

type Coding = 'gzip' | 'deflate' | 'br';

function codings(contentEncoding: string | undefined): Coding[] {
  if (contentEncoding === undefined) return [];
  const named = contentEncoding
    .toLowerCase()
    .split(',')
    .map(name => name.trim().replace(/^x-gzip$/, 'gzip'))
    .filter(name => name !== '' && name !== 'identity');
  const known = named.every((name): name is Coding => name === 'gzip' || name === 'deflate' || name === 'br');
  return known && named.length <= 3 ? (named.reverse() as Coding[]) : [];
}

/** Decoders are made at the first chunk: an answer without a body needs none, and deflate shows its form in its first byte. */
function createDecodingSink(
  order: readonly Coding[],
  keep: (chunk: Buffer) => void,
  finish: () => void,
  isOver: () => boolean,
  end: BodyEnd,
): BodySink {
  let stages: zlib.Gunzip[] = [];
  const discard = (): void => {
    for (const stage of stages) stage.destroy();
  };
  const open = (first: Buffer): void => {
    stages = order.map((coding, index) => createDecoder(coding, index === 0 ? first : undefined));
    for (const [index, stage] of stages.entries()) {
      const following = stages[index + 1];
      stage.on('error', error => {
        discard();
        if (!isOver()) end.damaged(error);
      });
      if (following) stage.pipe(following);
    }
    stages[0]?.on('drain', () => end.drained());
    stages
      .at(-1)
      ?.on('data', (chunk: Buffer) => {
        keep(chunk);
        if (isOver()) discard();
      })
      .on('end', finish);
  };
  return {
    write(chunk) {
      if (stages.length === 0) open(chunk);
      const head = stages[0];
      return head === undefined || head.destroyed || head.write(chunk);
    },
    end() {
      if (stages.length === 0) finish();
      else stages[0]?.end();
    },
    discard,
  };
}

function createDecoder(coding: Coding, first: Buffer | undefined): zlib.Gunzip {
  if (coding === 'gzip') return zlib.createGunzip();
  if (coding === 'br') return zlib.createBrotliDecompress();
  const isWrapped = first === undefined || ((first[0] ?? 0) & 0x0f) === 8; // RFC 1950, section 2.2; some servers send the bare RFC 1951 form
  return isWrapped ? zlib.createInflate() : zlib.createInflateRaw();
}

function join(chunks: readonly Buffer[]): Uint8Array {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
