import type { Decision, Policy } from '../../machines/schema/policy.ts';
import type { Catalog } from '../catalog.ts';
import type { Draft } from '../policies.ts';
import { defaultVerdict } from '../policy.ts';
import type { Rulebook } from './rulebook.ts';

/** One tool whose decision a rule would change. */
export interface PreviewedTool {
  path: string;
  before: Decision;
  after: Decision;
  /** Only for some calls: the rule has a condition that depends on the call. */
  sometimes?: true;
}

/** How many tools a rule covers and changes, and the first of them. */
export interface Preview {
  covers: number;
  changes: number;
  tools: PreviewedTool[];
}

const PAGE = 1000;

/** What a rule would change of what is decided now, over all tools there are. Lets others have their turn between pages. */
export async function preview(
  draft: Draft,
  now: Rulebook,
  catalog: Catalog,
  { at, limit }: { at: string; limit: number },
): Promise<Preview> {
  const result: Preview = { covers: 0, changes: 0, tools: [] };
  await catalog.searchable();
  for (let cursor: string | undefined; ; ) {
    const page = catalog.search.query({ limit: PAGE, ...(cursor !== undefined && { cursor }) });
    for (const hit of page.items) {
      const after = draft.rules.consider(hit, at);
      if (!after.covering.some(({ policy }) => policy.id === draft.policy.id)) continue;
      result.covers += 1;
      const before = now.consider(hit, at);
      const was = (before.decider ?? defaultVerdict(hit.effect)).decision;
      const change = changeOf(draft.policy, was, after.decider, after.possible, defaultVerdict(hit.effect).decision);
      if (!change) continue;
      result.changes += 1;
      if (result.tools.length < limit) result.tools.push({ path: hit.path, ...change });
    }
    if (page.nextCursor === undefined) return result;
    cursor = page.nextCursor;
    await new Promise(resolve => setImmediate(resolve));
  }
}

function changeOf(
  draft: Policy,
  before: Decision,
  decider: Policy | undefined,
  possible: readonly Policy[],
  byDefault: Decision,
): Omit<PreviewedTool, 'path'> | undefined {
  const after = decider?.decision ?? byDefault;
  if (after !== before) return { before, after };
  const isPossible = possible.some(({ id }) => id === draft.id);
  return isPossible && draft.decision !== before ? { before, after: draft.decision, sometimes: true } : undefined;
}
