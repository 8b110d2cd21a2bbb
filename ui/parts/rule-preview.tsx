import { useEffect, useState } from 'react';
import type { Rule } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { counted } from '../counted.ts';
import { groupBy } from '../group.ts';
import { type ApiError, toApiError } from '../request.ts';
import { Link, toolUrl } from '../router.tsx';
import type { Preview } from '../shapes.ts';
import { DecisionBadge } from './policy-control.tsx';
import { ToolPath } from './state.tsx';

const PAUSE = 150;
const SHOWN = 40;

export interface Previewed {
  found: Preview | undefined;
  error: ApiError | undefined;
  looking: boolean;
}

/** What a rule that is being written would change, as the daemon works it out. */
export function usePreview(rule: Rule | undefined): Previewed {
  const key = rule ? JSON.stringify(rule) : '';
  const [state, setState] = useState<{ key: string; found?: Preview; error?: ApiError }>({ key: '' });
  useEffect(() => {
    if (key === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.previewPolicy(JSON.parse(key) as Rule, abort.signal).then(
        found => setState({ key, found }),
        (thrown: unknown) => {
          if (!abort.signal.aborted) setState({ key, error: toApiError(thrown) });
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  const current = state.key === key;
  return { found: key ? state.found : undefined, error: current ? state.error : undefined, looking: key !== '' && !current };
}

/** How many tools a rule changes, from what to what, and which. */
export function RulePreview({ preview }: { preview: Previewed }) {
  const { found, error, looking } = preview;
  if (error) return <p className="field-problem">{error.message}</p>;
  if (!found)
    return <p className="muted small">{looking ? 'Working out what it changes…' : 'Say which tools, and see here what changes.'}</p>;
  const ways = groupBy(found.tools, tool => `${tool.before} ${tool.after}`);
  return (
    <div className="preview" aria-live="polite" aria-busy={looking}>
      <p>
        {found.covers === 0 ? (
          'It covers no tool there is now.'
        ) : (
          <>
            It covers {counted(found.covers, 'tool')} and changes{' '}
            <strong>{found.changes === 0 ? 'none' : counted(found.changes, 'tool')}</strong>.
          </>
        )}
      </p>
      {[...ways].map(([way, tools]) => (
        <details key={way} className="fold">
          <summary>
            {tools[0] && (
              <>
                <DecisionBadge decision={tools[0].before} /> → <DecisionBadge decision={tools[0].after} />{' '}
                <span>{found.changes > found.tools.length ? `${tools.length}+` : tools.length}</span>
              </>
            )}
          </summary>
          <ul>
            {tools.slice(0, SHOWN).map(({ path, sometimes }) => (
              <li key={path}>
                <Link to={toolUrl(path)}>
                  <ToolPath path={path} />
                </Link>
                {sometimes && <span className="muted small"> for some calls</span>}
              </li>
            ))}
            {tools.length > SHOWN && <li className="muted">and {(tools.length - SHOWN).toLocaleString('en')} more</li>}
          </ul>
        </details>
      ))}
    </div>
  );
}
