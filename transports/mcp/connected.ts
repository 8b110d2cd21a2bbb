import type { SourceView } from '../../machines/schema/source.ts';

/** So many that all tools with their schemas stay under 1,500 tokens. */
const NAMED_SOURCES = 24;

/** The sources by name, largest first: a model that has never seen us decides by these names whether to look here. */
export function connected(sources: SourceView[]): string {
  const usable = sources
    .filter(source => source.toolCount > 0)
    .sort((a, b) => b.toolCount - a.toolCount || a.namespace.localeCompare(b.namespace));
  if (usable.length === 0) return 'none yet';
  const named = usable.slice(0, NAMED_SOURCES).map(source => `${source.namespace} (${label(source)}${source.toolCount} tools)`);
  const rest = usable.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

const label = ({ name, namespace }: SourceView) => (name.toLowerCase() === namespace.toLowerCase() ? '' : `${oneLine(name, 40)}, `);

export const oneLine = (words: string, length: number) => {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};
