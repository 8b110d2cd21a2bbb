/** Memory is kept and compared in pieces of this size. */
const PIECE = 64 * 1024;

/** What a WebAssembly memory was at one moment, and the way back to it. */
export interface Picture {
  /**
   * Makes every byte what it was, and zero where nothing was.
   * @returns false when the memory has grown since: it cannot shrink
   */
  restore(): boolean;
}

/**
 * Takes a picture of a memory. Only pieces with something in them are copied, and only pieces that something was written to are cleared:
 * most of a memory is never touched, and must not come to be resident by this.
 */
export function takePicture(memory: WebAssembly.Memory): Picture {
  const taken = memory.buffer;
  const bytes = Buffer.from(taken);
  const nothing = Buffer.alloc(PIECE);
  const isBlank = (at: number): boolean => bytes.compare(nothing, 0, PIECE, at, at + PIECE) === 0;
  const kept = Array.from({ length: bytes.length / PIECE }, (_, i) =>
    isBlank(i * PIECE) ? undefined : Buffer.from(bytes.subarray(i * PIECE, (i + 1) * PIECE)),
  );
  return {
    restore() {
      if (memory.buffer !== taken) return false;
      for (const [i, piece] of kept.entries()) {
        const at = i * PIECE;
        if (piece) bytes.set(piece, at);
        else if (!isBlank(at)) bytes.fill(0, at, at + PIECE);
      }
      return true;
    },
  };
}
