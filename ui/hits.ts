import { useEffect, useState } from 'react';
import type { ToolHit } from '../machines/schema/tool.ts';
import { api } from './api.ts';

const PAUSE = 60;
const HITS = 8;

/** Tools that what was typed might mean; those of the words before stay until they are known. */
export function useHits(text: string): { hits: ToolHit[]; looking: boolean } {
  const [found, setFound] = useState<{ text: string; hits: ToolHit[] }>({ text: '', hits: [] });
  const q = text.trim();
  useEffect(() => {
    if (q === '') return setFound({ text: '', hits: [] });
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.tools({ q, limit: HITS }, abort.signal).then(
        page => setFound({ text: q, hits: page.items }),
        () => abort.signal.aborted || setFound({ text: q, hits: [] }), // pages and commands are found without the daemon
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [q]);
  return { hits: q === '' ? [] : found.hits, looking: q !== '' && found.text !== q };
}
