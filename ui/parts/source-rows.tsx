import { useMemo } from 'react';
import type { SourceView } from '../../machines/schema/source.ts';
import { Link, sourceUrl } from '../router.tsx';
import { useStore } from '../store.ts';
import { SourceState } from './state.tsx';

/** All sources by name, the built-in one last. */
export function useSources(): { sources: SourceView[]; ready: boolean } {
  const topic = useStore(context => context.sources);
  const sources = useMemo(
    () =>
      [...topic.items.values()]
        .map(entry => entry.view)
        .filter(view => view.state !== 'removed')
        .sort((a, b) => Number(a.kind === 'builtin') - Number(b.kind === 'builtin') || a.namespace.localeCompare(b.namespace)),
    [topic.items],
  );
  return { sources, ready: topic.ready };
}

/** One source as one line of a list. */
export function SourceRow({ source }: { source: SourceView }) {
  return (
    <Link to={sourceUrl(source.namespace)} className="row source-row">
      <span className="row-main">
        <span className="path">{source.namespace}</span>
        <span className="row-peek">{source.error?.message ?? source.name}</span>
      </span>
      <span className="row-count">{source.toolCount > 0 ? `${source.toolCount.toLocaleString('en')} tools` : progressOf(source)}</span>
      <SourceState state={source.state} quiet />
    </Link>
  );
}

/** How far indexing is: "412 / 1,223". */
export function progressOf(source: SourceView): string {
  const { progress } = source;
  return progress ? `${progress.done.toLocaleString('en')} / ${progress.total.toLocaleString('en')}` : '';
}
