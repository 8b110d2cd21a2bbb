import type { Indexed } from '../kinds/kind.ts';
import { createPacker, piecesOf } from '../search/pack.ts';
import type { Chunk, DefinitionRow, ToolRow } from './protocol.ts';

/** Characters a chunk is filled up to: a message of this size costs the receiving thread well under a millisecond. */
const FULL = 192 * 1024;

/** A catalog in pieces: definitions first, so that no tool is ever stored before what it refers to. */
export function* chunksOf({ tools, definitions }: Indexed): Generator<Chunk> {
  let rows: DefinitionRow[] = [];
  let size = 0;
  for (const [name, schema] of definitions) {
    const json = JSON.stringify(schema);
    rows.push({ name, json });
    size += json.length;
    if (size < FULL) continue;
    yield { type: 'definitions', rows };
    [rows, size] = [[], 0];
  }
  if (rows.length > 0) yield { type: 'definitions', rows };
  yield* toolChunks(tools);
  for (const bytes of packed(tools)) yield { type: 'packed', bytes };
}

function packed(tools: Indexed['tools']): Uint8Array[] {
  const packer = createPacker();
  for (const { hit, keywords } of tools) packer.add({ ...hit, keywords });
  return piecesOf(packer.finish());
}

function* toolChunks(tools: Indexed['tools']): Generator<Chunk> {
  let rows: ToolRow[] = [];
  let hits: string[] = [];
  let size = 0;
  for (const [done, { tool, hit, keywords }] of tools.entries()) {
    const json = JSON.stringify(tool);
    const found = JSON.stringify({ ...hit, keywords });
    rows.push({ path: tool.path, json, hash: tool.hash });
    hits.push(found);
    size += json.length + found.length;
    if (size < FULL && done < tools.length - 1) continue;
    yield { type: 'tools', rows, hits: `[${hits.join(',')}]` };
    yield { type: 'progress', done: done + 1, total: tools.length };
    [rows, hits, size] = [[], [], 0];
  }
}
