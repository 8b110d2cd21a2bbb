import type { Config, ConfigChange, ConnectionConfig, SourceConfig } from '../../machines/schema/config.ts';
import { hashOf } from '../canonical.ts';
import { keyOf } from './export-config.ts';

/** What makes a source another one: it is removed and added again. Everything else of it is changed in place. */
const IDENTITY = ['url', 'spec', 'kind', 'command', 'args', 'cwd'] as const;
const CHANGEABLE = ['name', 'baseUrl', 'headers', 'env', 'allowPrivate', 'idempotent', 'trusted'] as const;

const same = (a: unknown, b: unknown): boolean => hashOf(a ?? null) === hashOf(b ?? null);

export interface PlanOptions {
  readonly prune: boolean;
  /** Whether a secret the file names is the one that is stored. */
  isSame(namespace: string, field: 'headers' | 'env', values: Record<string, string | null>): boolean;
  /** What changes of the connections, when those sources are gone that are removed or become others. */
  connections(wanted: Readonly<Record<string, ConnectionConfig>>, gone: (source: string) => boolean): ConfigChange[];
}

/**
 * What applying a file would do, in the order in which it is done.
 */
export function planConfig(now: Config, wanted: Config, { prune, isSame, connections }: PlanOptions): ConfigChange[] {
  const changes: ConfigChange[] = [];
  const sources = now.sources ?? {};
  for (const [name, source] of Object.entries(wanted.sources ?? {})) {
    const known = sources[name];
    const runs = source.command === undefined ? {} : { runs: [source.command, ...(source.args ?? [])] };
    if (!known) changes.push({ op: 'add', what: 'source', name, ...runs });
    else {
      const moved = IDENTITY.filter(field => !same(known[field], source[field]));
      const fields = CHANGEABLE.filter(field => !isSameField(name, field, known, source, isSame));
      if (moved.length > 0) changes.push({ op: 'replace', what: 'source', name, fields: [...moved, ...fields], ...runs });
      else if (fields.length > 0) changes.push({ op: 'change', what: 'source', name, fields: [...fields] });
    }
  }
  const removed = prune && wanted.sources ? Object.keys(sources).filter(name => !wanted.sources![name]) : [];
  if (wanted.connections) {
    const gone = new Set([...removed, ...changes.flatMap(({ op, name }) => (op === 'replace' ? [name] : []))]);
    changes.push(...connections(wanted.connections, source => gone.has(source)));
  }
  const rules = new Map((now.policies ?? []).map(rule => [keyOf(rule), rule]));
  for (const rule of wanted.policies ?? []) {
    const known = rules.get(keyOf(rule));
    if (!known) changes.push({ op: 'add', what: 'policy', name: rule.pattern });
    else if (!same(known, rule)) changes.push({ op: 'change', what: 'policy', name: rule.pattern });
    rules.delete(keyOf(rule));
  }
  for (const [name, value] of Object.entries(wanted.settings ?? {})) {
    if (!same((now.settings as Record<string, unknown> | undefined)?.[name], value)) changes.push({ op: 'change', what: 'setting', name });
  }
  if (!prune) return changes;
  if (wanted.policies) for (const { pattern } of rules.values()) changes.push({ op: 'remove', what: 'policy', name: pattern });
  for (const name of removed) changes.push({ op: 'remove', what: 'source', name });
  return changes;
}

function isSameField(
  name: string,
  field: (typeof CHANGEABLE)[number],
  known: SourceConfig,
  wanted: SourceConfig,
  isSame: PlanOptions['isSame'],
): boolean {
  if (field !== 'headers' && field !== 'env') return isOff(known[field]) ? isOff(wanted[field]) : same(known[field], wanted[field]);
  const values = wanted[field];
  return values === undefined ? known[field] === undefined : isSame(name, field, values);
}

/** What is left out and what is said to be off are the same. */
const isOff = (value: unknown): boolean => value === undefined || value === false || (Array.isArray(value) && value.length === 0);
