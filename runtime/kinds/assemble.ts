import type { SourceKind } from '../../machines/schema/source.ts';
import { createDetection } from '../detection.ts';
import type { KnownSources } from '../known-sources.ts';
import type { Registry } from '../registry.ts';
import type { Upstream } from '../upstream.ts';
import { graphql } from './graphql/graphql.ts';
import type { Kind } from './kind.ts';
import { createFreshness } from './mcp/freshness.ts';
import { createMcp } from './mcp/mcp.ts';
import type { PoolLimits } from './mcp/pool.ts';
import { openapi } from './openapi/openapi.ts';

/** How long what a kind does may take, in milliseconds. */
export interface KindPatience {
  callMs?: number;
  descriptionMs?: number;
}

/** The kinds of sources there are, and the detection that tells them apart. */
export function assembleKinds(parts: {
  upstream: Upstream;
  known: KnownSources;
  registry: () => Registry;
  limits?: Partial<PoolLimits> | undefined;
  patience?: KindPatience | undefined;
}) {
  const { upstream, known, registry, limits, patience } = parts;
  const freshness = createFreshness(namespace => {
    const state = known.get(namespace)?.state;
    if (state === 'ready') registry().send('source', namespace, { type: 'refresh' });
    return state === 'ready' ? 'started' : state === 'refreshing' || state === 'indexing' ? 'busy' : 'not_now';
  });
  const mcp = createMcp({ upstream, limits, patience, onHeard: freshness.hear });
  const kinds: Partial<Record<SourceKind, Kind>> = { openapi, graphql, mcp: mcp.kind };
  const detection = createDetection({
    kinds: Object.values(kinds),
    upstream,
    ...(patience?.descriptionMs && { timeoutMs: patience.descriptionMs }),
  });
  return {
    kinds,
    mcp,
    freshness,
    detection,
    /** Gets ready what the sources that are there need. */
    async load(): Promise<void> {
      await Promise.all([...new Set(known.all().map(({ context }) => context.kind))].map(kind => kind && kinds[kind]?.load?.()));
    },
  };
}
