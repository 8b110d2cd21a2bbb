import type { ToolHit } from '../machines/schema/tool.ts';
import { outTable } from './columns.ts';
import type { Daemon } from './connect.ts';
import { UsageError } from './failure.ts';

/** A page of tools as `GET /api/tools` gives it. */
export interface ToolPage {
  items: ToolHit[];
  nextCursor?: string;
}

const PAGE = 1000;

/** The tools below a prefix (all, when it is empty), by path. `more` says that `limit` cut them off. */
export async function toolsBelow(
  daemon: Daemon,
  prefix: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ items: ToolHit[]; more: boolean }> {
  const source = prefix.split('.')[0];
  const items: ToolHit[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(source && { source }), ...(cursor && { cursor }) });
    const page = await daemon.ask<ToolPage>({ path: `/api/tools?${query}` });
    items.push(...page.items.filter(tool => isBelow(tool.path, prefix)));
    cursor = page.nextCursor;
    if (!cursor || items.length > limit) return { items: items.slice(0, limit), more: items.length > limit };
  }
}

const isBelow = (path: string, prefix: string) => prefix === '' || path === prefix || path.startsWith(`${prefix}.`);

/** Prints tools for people. */
export function outTools(tools: readonly ToolHit[]): void {
  outTable(tools, [
    { heading: 'PATH', cell: tool => tool.path },
    { heading: 'EFFECT', cell: tool => tool.effect },
    { heading: 'DESCRIPTION', cell: tool => tool.description },
  ]);
}

/**
 * Reads a flag that is a number of things.
 * @throws UsageError
 */
export function readCount(flag: string, given: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (given === undefined) return undefined;
  const n = Number(given);
  if (!Number.isInteger(n) || n < 1 || n > max)
    throw new UsageError(
      `--${flag} must be a number from 1${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}, not ${JSON.stringify(given)}`,
    );
  return n;
}
