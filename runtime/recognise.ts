import { FaultError } from '../machines/schema/fault.ts';
import type { Candidate } from '../machines/schema/source.ts';
import { identifyDocument } from './indexing/identify.ts';
import { identify } from './indexing/indexer.ts';
import type { Probe } from './kinds/kind.ts';

/** The start of a document, which tells what it is in all but odd cases. */
const HEAD = 256 * 1024;

/**
 * Says what a document is. The start is looked at here; only when that does not tell, a worker reads the whole.
 * @throws FaultError source_not_recognised, saying what it is instead
 */
export async function recognise(probe: Probe, signal?: AbortSignal): Promise<Candidate> {
  try {
    const [candidate] = identifyDocument({ ...probe, bytes: probe.bytes.subarray(0, HEAD) });
    if (candidate) return candidate;
  } catch (error) {
    if (probe.bytes.byteLength <= HEAD) throw error;
  }
  // The worker is given a copy: the bytes are still to be indexed.
  const [candidate] = await identify({ ...probe, bytes: probe.bytes.slice() }, signal ? { signal } : {});
  if (!candidate) throw new FaultError('source_not_recognised', 'this is not an API description executor knows');
  return candidate;
}
