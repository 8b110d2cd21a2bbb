import { useState } from 'react';
import type { ToolHit } from '../../machines/schema/tool.ts';
import { api } from '../api.ts';
import { useHits } from '../hits.ts';
import { toApiError } from '../request.ts';
import { notify } from '../store.ts';
import { plainLine } from './prose.tsx';
import { SearchField } from './search-field.tsx';
import { EffectBadge, ToolPath } from './state.tsx';

/** Finds a tool by what it does and gives the line that calls it. */
export function ToolPicker({ onPick }: { onPick: (snippet: string) => void }) {
  const [text, setText] = useState('');
  const { hits, looking } = useHits(text);
  const pick = async ({ path }: ToolHit) => {
    try {
      const { sample } = await api.describe(path);
      onPick(`const ${nameOf(path)} = await tools.${path}(${inputOf(sample)});`);
      setText('');
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
  };
  return (
    <div className="tool-picker">
      <SearchField label="Find a tool to call" placeholder="Find a tool to call" value={text} onChange={setText} />
      {text !== '' && (
        <ul className="rows" aria-label="Tools found">
          {hits.map(hit => (
            <li key={hit.path}>
              <button type="button" className="row" onClick={() => void pick(hit)}>
                <span className="row-main">
                  <ToolPath path={hit.path} />
                  <span className="row-peek">{plainLine(hit.description)}</span>
                </span>
                <EffectBadge effect={hit.effect} />
              </button>
            </li>
          ))}
          {hits.length === 0 && !looking && <li className="muted">No tool does that.</li>}
        </ul>
      )}
    </div>
  );
}

/** `bookshop.books.search` gives its answer the name `books`. */
function nameOf(path: string): string {
  const parts = path.split('.');
  const name = (parts.at(-2) ?? 'answer').replace(/[^\w$]/g, '_');
  return parts.length > 2 && !RESERVED.test(name) ? name : 'answer';
}
const RESERVED = /^(\d.*|default|delete|import|new|package|public|private|return|switch|this|tools|class|function|interface|enum)$/;

function inputOf(sample: unknown): string {
  const text = JSON.stringify(sample ?? {}, null, 2).replace(/"([A-Za-z_$][\w$]*)":/g, '$1:');
  return text === '{}' ? '' : text;
}
