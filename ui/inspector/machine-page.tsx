import { useMemo } from 'react';
import type { Transition } from '../actor-feed.ts';
import { api } from '../api.ts';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { State } from '../parts/state.tsx';
import { useResource } from '../resource.ts';
import { actorUrl, Link, setQuery, useLocation } from '../router.tsx';
import type { MachineSummary } from '../shapes.ts';
import { toneOf } from '../states.ts';
import { Actors } from './actors.tsx';
import { Chart } from './chart.tsx';
import { useMachines } from './live.ts';
import { eventWord, stateWord } from './words.ts';

/** A machine with everything alive in it: how many actors are where, and each transition as it happens. */
export function MachinePage({ kind }: { kind: string }) {
  const { query } = useLocation();
  const state = query.get('state') ?? '';
  const { data, error, reload, transitions } = useMachines();
  const chart = useResource(`chart ${kind}`, signal => api.chart(kind, signal));
  const machine = data?.items.find(one => one.kind === kind);
  const mine = useMemo(() => transitions.filter(one => one.kind === kind), [transitions, kind]);
  const light = useMemo(() => ({ counts: countsOf(machine), pulses: pulsesOf(mine), last: lastWay(mine) }), [machine, mine]);
  const choose = (name: string) => setQuery('state', name === state ? '' : name);
  const problem = chart.error ?? (error && !data ? error : undefined);
  return (
    <>
      <nav className="chips inspector-kinds" aria-label="Machines">
        {(data?.items ?? []).map(one => (
          <Link key={one.kind} to={`/inspector/${one.kind}`} className="chip" aria-current={one.kind === kind ? 'page' : undefined}>
            {one.kind} <span className="chip-count">{aliveIn(one)}</span>
          </Link>
        ))}
      </nav>
      {problem && (
        <ErrorNote
          error={problem}
          retry={() => {
            chart.reload();
            reload();
          }}
        />
      )}
      <div className="inspector">
        <div className="card flush inspector-chart">
          {!chart.data && !problem && <Skeleton rows={8} height={28} />}
          {chart.data && <Chart chart={chart.data} light={light} chosen={state} onChoose={choose} label={`Statechart of ${kind}`} />}
        </div>
        <div className="inspector-side">
          <Actors kind={kind} state={state} states={machine?.states ?? []} mark={mine[0]?.key} onState={choose} />
          <Feed transitions={mine} />
        </div>
      </div>
    </>
  );
}

const aliveIn = ({ states }: MachineSummary) => {
  const alive = states.filter(state => !state.final);
  const sum = alive.reduce((total, state) => total + state.count, 0);
  return `${sum.toLocaleString('en')}${alive.some(state => state.more) ? '+' : ''}`;
};

const countsOf = (machine: MachineSummary | undefined) =>
  new Map(machine?.states.map(({ name, count, more }) => [name, { count, ...(more && { more }) }]));

/** Which states were entered of late; the number is that of the newest entry, so that each one shows once. */
function pulsesOf(transitions: readonly Transition[]): Map<string, number> {
  const pulses = new Map<string, number>();
  const since = Date.now() - 3000;
  for (const { state, at } of [...transitions].reverse()) if (Date.parse(at) > since) pulses.set(state, Date.parse(at));
  return pulses;
}

/** The way the newest transition took, if the one before it is known. */
function lastWay([newest, ...older]: readonly Transition[]): string | undefined {
  if (!newest || Date.now() - Date.parse(newest.at) > 3000) return undefined;
  const before = older.find(({ actor, seq }) => actor === newest.actor && seq === newest.seq - 1);
  return before && `${before.state}→${newest.state}`;
}

function Feed({ transitions }: { transitions: readonly Transition[] }) {
  return (
    <section className="card flush feed">
      <div className="card-head">
        <h2>Happening now</h2>
      </div>
      {transitions.length === 0 ? (
        <Empty icon="activity" title="Quiet">
          Each transition appears here the moment it is stored.
        </Empty>
      ) : (
        <ol className="feed-rows">
          {transitions.slice(0, 30).map(one => (
            <li key={one.key}>
              <Link to={actorUrl(one.kind, one.id)} className="feed-row">
                <State tone={toneOf(one.state)} word={stateWord(one.state)} quiet />
                <span className="muted">{eventWord(one.event)}</span>
                <span className="mono muted feed-id">{shortId(one.id)}</span>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** The end of an id, which is what tells two of them apart. */
export const shortId = (id: string): string => (id.startsWith('exec_') ? `…${id.slice(-6)}` : id);
