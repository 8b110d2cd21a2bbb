import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SourceView } from '../../machines/schema/source.ts';
import type { ToolHit } from '../../machines/schema/tool.ts';
import { api } from '../api.ts';
import { useResource } from '../resource.ts';
import { Link, setQuery, toolUrl, useLocation } from '../router.tsx';
import type { Decided, Outline } from '../shapes.ts';
import { useStore } from '../store.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Empty, ErrorNote, Skeleton } from './notes.tsx';
import { becauseOf, DecisionBadge } from './policy-control.tsx';
import { plainLine } from './prose.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { SearchField } from './search-field.tsx';
import { EffectBadge, ToolPath } from './state.tsx';
import { Windowed } from './windowed.tsx';

const ROW = 48;

/** Up to so many tools are all shown at once; of more, the groups come first. */
const FEW = 60;

type Row =
  | { kind: 'group'; path: string; tools: Outline['groups'][number]['tools']; open: boolean }
  | { kind: 'tool'; path: string; effect: ToolHit['effect']; description: string };

/** The tools of a source, of any number, as a tree: filtered by the daemon, each with what is decided of it and why. */
export function ToolTree({ source }: { source: SourceView }) {
  const { query } = useLocation();
  const q = query.get('q') ?? '';
  const { outline, error, reload, stale } = useOutline(source, q);
  const [rule, setRule] = useState<string>();
  const [revision, setRevision] = useState(0);
  const all = q !== '' || (outline?.total ?? 0) <= FEW;
  const [toggled, setToggled] = useToggled(all);
  const rows = useMemo(() => rowsOf(outline, all, toggled), [outline, all, toggled]);
  const groups = outline?.groups ?? [];
  const open = groups.filter(({ path }) => all !== toggled.has(path)).length;
  const toggle = useCallback((path: string) => setToggled(old => flipped(old, path)), [setToggled]);
  const toggleAll = () => setToggled(() => ((open === 0) === all ? NONE : new Set(groups.map(({ path }) => path))));
  const { decided, onRange } = useDecisions(rows, `${source.namespace}|${source.revision}|${revision}`);

  return (
    <section className="card flush">
      <div className="card-head">
        <h2>Tools</h2>
        <span className="muted" aria-live="polite">
          {q && outline && !stale ? `${outline.total.toLocaleString('en')} found` : ''}
        </span>
        <span className="tree-tools">
          <Button look="quiet" size="small" reason={groups.length === 0 ? 'There is nothing to open.' : undefined} onClick={toggleAll}>
            {open === 0 ? 'Open all' : 'Close all'}
          </Button>
          <Button look="quiet" size="small" icon="shield" onClick={() => setRule(`${source.namespace}.**`)}>
            Set policy
          </Button>
        </span>
        <SearchField
          label={`Search the tools of ${source.namespace}`}
          placeholder="Search tools"
          value={q}
          onChange={text => setQuery('q', text)}
        />
      </div>
      {error && <ErrorNote error={error} retry={reload} />}
      {!outline && !error && <Skeleton rows={8} height={28} />}
      {outline?.total === 0 && (
        <Empty icon="search" title="No tool matches">
          Say what you want to do, or a part of the name.
        </Empty>
      )}
      <Windowed
        count={rows.length}
        rowHeight={ROW}
        label={`Tools of ${source.namespace}`}
        onRange={onRange}
        render={index => {
          const row = rows[index];
          if (!row) return null;
          return row.kind === 'group' ? (
            <GroupRow row={row} onToggle={toggle} onRule={setRule} />
          ) : (
            <ToolRow row={row} decided={decided.get(row.path)} />
          );
        }}
      />
      {rule !== undefined && <RuleDialog pattern={rule} onClose={() => setRule(undefined)} onSet={() => setRevision(old => old + 1)} />}
    </section>
  );
}

const NONE: ReadonlySet<string> = new Set();

/** The groups that are not as they are by themselves; a filter, under which all are open, has its own. */
function useToggled(all: boolean) {
  const [plain, setPlain] = useState(NONE);
  const [filtered, setFiltered] = useState(NONE);
  return all ? ([filtered, setFiltered] as const) : ([plain, setPlain] as const);
}

function rowsOf(outline: Outline | undefined, all: boolean, toggled: ReadonlySet<string>): Row[] {
  if (!outline) return [];
  return outline.groups.flatMap(({ path, tools }): Row[] => {
    const open = all !== toggled.has(path);
    const head: Row = { kind: 'group', path, tools, open };
    if (!open) return [head];
    return [head, ...tools.map(([name, effect, description]): Row => ({ kind: 'tool', path: `${path}.${name}`, effect, description }))];
  });
}

function flipped(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

interface GroupRowProps {
  row: Extract<Row, { kind: 'group' }>;
  onToggle: (path: string) => void;
  onRule: (pattern: string) => void;
}

function GroupRow({ row, onToggle, onRule }: GroupRowProps) {
  const count = (effect: string) => row.tools.filter(tool => tool[1] === effect).length;
  const press = (event: KeyboardEvent) => {
    if ((event.key === 'ArrowRight' && !row.open) || (event.key === 'ArrowLeft' && row.open)) onToggle(row.path);
  };
  return (
    <div className="row group-row">
      <button
        type="button"
        className="group-toggle"
        aria-expanded={row.open}
        data-focus
        onClick={() => onToggle(row.path)}
        onKeyDown={press}
      >
        <Icon name="chevron" />
        <ToolPath path={row.path} short={row.path.includes('.')} />
        <span className="chip-count">{row.tools.length.toLocaleString('en')}</span>
      </button>
      <span className="group-effects">
        {(['read', 'write', 'destructive'] as const).map(
          effect => count(effect) > 0 && <Tally key={effect} effect={effect} count={count(effect)} />,
        )}
      </span>
      <Button look="quiet" size="small" icon="shield" label={`Set the policy of ${row.path}`} onClick={() => onRule(`${row.path}.**`)} />
    </div>
  );
}

function Tally({ effect, count }: { effect: string; count: number }): ReactNode {
  return (
    <span className={`effect ${effect}`} title={`${count} ${effect}`}>
      {count} {effect}
    </span>
  );
}

function ToolRow({ row, decided }: { row: Extract<Row, { kind: 'tool' }>; decided: Decided | undefined }) {
  const name = row.path.slice(row.path.lastIndexOf('.') + 1);
  return (
    <Link to={toolUrl(row.path)} className="row tool-row" data-focus>
      <span className="row-main">
        <span className="path">{name}</span>
        <span className="row-peek">{plainLine(row.description)}</span>
      </span>
      <EffectBadge effect={row.effect} />
      <span className="row-decision">{decided?.decision && <DecisionBadge decision={decided.decision} title={becauseOf(decided)} />}</span>
    </Link>
  );
}

/** The outline for a filter; that of the filter before stays until it is there. */
function useOutline(source: SourceView, q: string) {
  const key = `outline ${source.namespace} ${source.revision} ${q}`;
  const { data, error, reload } = useResource(key, signal => api.outline({ source: source.namespace, q }, signal));
  const last = useRef<Outline>(undefined);
  if (data) last.current = data;
  return { outline: data ?? last.current, error: data ? undefined : error, reload, stale: !data };
}

/** What is decided of the rows in view; asked for once they have been in view for a moment. */
function useDecisions(rows: readonly Row[], key: string) {
  const epoch = useStore(context => context.epoch);
  const mark = `${key}|${epoch}`;
  const [known, setKnown] = useState<{ mark: string; decided: ReadonlyMap<string, Decided> }>({ mark, decided: new Map() });
  const [range, setRange] = useState({ from: 0, to: 30 });
  const decided = known.decided;
  const fresh = known.mark === mark;
  useEffect(() => {
    const inView = rows.slice(range.from, range.to).flatMap(row => (row.kind === 'tool' ? [row.path] : []));
    const wanted = inView.filter(path => !fresh || !decided.has(path)).slice(0, 200);
    if (wanted.length === 0) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.decisions(wanted, abort.signal).then(
        ({ items }) =>
          setKnown(old => ({
            mark,
            decided: new Map([...(old.mark === mark ? old.decided : []), ...items.map(item => [item.path, item] as const)]),
          })),
        () => undefined, // the rows stand without it; they are asked for again when they come into view again
      );
    }, 60);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [rows, range, mark, fresh, decided]);
  const onRange = useCallback((from: number, to: number) => setRange(old => (old.from === from && old.to === to ? old : { from, to })), []);
  return { decided, onRange };
}
