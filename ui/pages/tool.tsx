import { useMemo } from 'react';
import { api } from '../api.ts';
import { Code } from '../parts/copy.tsx';
import { ExecutionRow, newestFirst } from '../parts/execution-rows.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { PolicyControl } from '../parts/policy-control.tsx';
import { About } from '../parts/prose.tsx';
import { RunPanel } from '../parts/run-panel.tsx';
import { Schema } from '../parts/schema.tsx';
import { EffectBadge, ToolPath } from '../parts/state.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useResource } from '../resource.ts';
import { Link, sourceUrl, useLocation } from '../router.tsx';
import { useStore } from '../store.ts';
import { useTitle } from '../title.ts';

const RECENT = 8;

/** One tool: what it does, what it takes and gives, what policy says, and a way to run it. */
export function ToolPage({ path }: { path: string }) {
  useTitle(path);
  const { query } = useLocation();
  const like = query.get('like');
  const { data: tool, error, reload } = useResource(`tool ${path}`, signal => api.describe(path, signal));
  const earlier = useResource(`like ${like}`, signal => (like ? api.execution(like, signal) : Promise.resolve(undefined)));
  const namespace = path.split('.')[0] ?? '';
  const prefilled = !like || earlier.data !== undefined || earlier.error !== undefined;
  // The title stands above already.
  const about =
    tool && (tool.title && tool.description.startsWith(tool.title) ? tool.description.slice(tool.title.length).trim() : tool.description);
  return (
    <div className="page">
      <Head
        title={<ToolPath path={path} />}
        back={{ to: sourceUrl(namespace), label: namespace }}
        meta={
          tool && (
            <>
              <EffectBadge effect={tool.effect} />
              {tool.title && tool.title !== path && <span>{tool.title}</span>}
            </>
          )
        }
      />
      {error?.code === 'tool_not_found' && <Missing suggestions={error.details?.suggestions} />}
      {error && error.code !== 'tool_not_found' && <ErrorNote error={error} retry={reload} />}
      {!tool && !error && (
        <div className="card">
          <Skeleton rows={8} height={24} />
        </div>
      )}
      {tool && (
        <>
          {about && <About text={about} />}
          <PolicyControl tool={tool} onChange={reload} />
          <div className="columns tool-columns">
            {prefilled && <RunPanel tool={tool} focus={query.get('run') === '1'} {...(earlier.data && { like: earlier.data.input })} />}
            <Section title="Definition">
              <Tabs
                label="Definition"
                tabs={[
                  { id: 'input', label: 'Input', body: () => <Schema schema={tool.inputSchema} /> },
                  {
                    id: 'output',
                    label: 'Output',
                    body: () =>
                      tool.outputSchema === undefined ? (
                        <p className="muted">The description does not say what it answers.</p>
                      ) : (
                        <Schema schema={tool.outputSchema} />
                      ),
                  },
                  {
                    id: 'typescript',
                    label: 'TypeScript',
                    body: () => <Code text={tool.typescript} language="typescript" name="TypeScript" />,
                  },
                  {
                    id: 'sample',
                    label: 'Sample',
                    body: () => <Code text={JSON.stringify(tool.sample, null, 2) ?? '{}'} language="json" name="Sample input" />,
                  },
                ]}
              />
            </Section>
          </div>
          <Recent path={path} />
        </>
      )}
    </div>
  );
}

/** The last calls of this tool, live. */
function Recent({ path }: { path: string }) {
  const topic = useStore(context => context.executions);
  const { data } = useResource(`recent ${path}`, signal => api.executions({ tool: path, limit: RECENT }, signal));
  const views = useMemo(() => {
    const all = new Map((data?.items ?? []).map(view => [view.id, view]));
    for (const [id, { view }] of topic.items) if (view.tool === path) all.set(id, view);
    return [...all.values()].sort(newestFirst).slice(0, RECENT);
  }, [data, topic.items, path]);
  if (views.length === 0) return null;
  return (
    <Section
      title="Recent executions"
      flush
      aside={
        <Link to={`/executions?tool=${encodeURIComponent(path)}`} className="more">
          All of this tool
        </Link>
      }
    >
      <ul className="rows">
        {views.map(view => (
          <li key={view.id}>
            <ExecutionRow view={view} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Missing({ suggestions }: { suggestions: unknown }) {
  const near = Array.isArray(suggestions) ? suggestions.filter(item => typeof item === 'string') : [];
  return (
    <div className="card">
      <Empty icon="search" title="There is no such tool">
        {near.length > 0 ? 'Perhaps one of these:' : 'Its source may have been removed or refreshed.'}
      </Empty>
      {near.length > 0 && (
        <ul className="rows">
          {near.map(path => (
            <li key={path}>
              <Link to={`/tools/${path.split('.').map(encodeURIComponent).join('/')}`} className="row">
                <ToolPath path={path} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
