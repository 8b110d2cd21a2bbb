import { useCallback, useMemo } from 'react';
import { api } from '../api.ts';
import { changesOf } from '../diff.ts';
import { Button } from '../parts/button.tsx';
import { Changes } from '../parts/changes.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Json } from '../parts/json.tsx';
import { Empty, ErrorNote, Note, Skeleton } from '../parts/notes.tsx';
import { State, ToolPath } from '../parts/state.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useResource } from '../resource.ts';
import { executionUrl, Link, setQuery, sourceUrl, useLocation } from '../router.tsx';
import { toneOf } from '../states.ts';
import { Chart } from './chart.tsx';
import { Events } from './events.tsx';
import { useActor } from './live.ts';
import { replay, type Step } from './replay.ts';
import { Scrubber } from './scrubber.tsx';
import { stateWord } from './words.ts';

/** One actor, from its creation to now: its chart, and what each recorded event did to it. */
export function ActorPage({ kind, id }: { kind: string; id: string }) {
  const actor = `${kind}:${id}`;
  const { entries, ready, refused, detail } = useActor(actor);
  const chart = useResource(`chart ${kind}`, signal => api.chart(kind, signal));
  const { steps, problem } = useMemo(() => replay(kind, entries), [kind, entries]);
  const { index, compared, live, choose, compare } = usePlace(steps);
  const step = steps[index];
  const light = useMemo(() => lightOf(steps, index, compared), [steps, index, compared]);
  const missing = refused ?? (detail.error && !detail.data ? detail.error : undefined) ?? chart.error;
  if (missing) {
    return (
      <div className="card">
        {/not_found/.test(missing.code) ? (
          <Empty icon="question" title="There is no such actor">
            It may belong to another data directory, or have left the history.
          </Empty>
        ) : (
          <ErrorNote error={missing} retry={detail.reload} />
        )}
      </div>
    );
  }
  return (
    <div className="inspector">
      <div className="card flush inspector-chart">
        {chart.data ? (
          <Chart chart={chart.data} light={light} label={`Statechart of ${kind}, ${step ? `in ${stateWord(step.state)}` : 'loading'}`} />
        ) : (
          <Skeleton rows={8} height={28} />
        )}
        {steps.length > 0 && <Scrubber steps={steps} index={index} compared={compared} live={live} onStep={choose} />}
      </div>
      <section className="card inspector-panel">
        <div className="panel-head">
          <h2>{detail.data?.label && kind === 'call' ? <ToolPath path={detail.data.label} /> : <span className="path">{id}</span>}</h2>
          <p className="meta">
            {step && <State tone={toneOf(step.state)} word={stateWord(step.state)} />}
            {live && steps.length > 0 && <span>now</span>}
            <Shown kind={kind} id={id} />
          </p>
        </div>
        {detail.data?.reason && (
          <Note tone="failed" title="Set aside">
            {detail.data.reason}
          </Note>
        )}
        {problem && <Note tone="unknown">{problem}</Note>}
        {!ready && <Skeleton rows={6} height={20} />}
        {ready && step && (
          <Tabs
            label="What is known of this step"
            memory="executor.inspector"
            tabs={[
              {
                id: 'events',
                label: 'Events',
                body: () => <Events steps={steps} index={index} compared={compared} onStep={choose} onCompare={compare} />,
              },
              {
                id: 'context',
                label: compared === undefined ? 'Context' : 'Comparison',
                body: () => <Context steps={steps} index={index} compared={compared} now={detail.data?.context} onCompare={compare} />,
              },
              {
                id: 'effects',
                label: (
                  <>
                    Effects <span className="chip-count">{step.effects.length}</span>
                  </>
                ),
                body: () => <Effects step={step} />,
              },
            ]}
          />
        )}
      </section>
    </div>
  );
}

/** Where the actor is shown as what it is to a person. */
function Shown({ kind, id }: { kind: string; id: string }) {
  if (kind === 'source') return <Link to={sourceUrl(id)}>Show the source</Link>;
  if (kind === 'connection') return <Link to="/connections">Show the connections</Link>;
  return <Link to={executionUrl(id)}>Show the execution</Link>;
}

/** Which step is looked at, and which one it is compared with: in the address, so that both can be shared. */
function usePlace(steps: readonly Step[]) {
  const { query } = useLocation();
  const at = (name: string) => {
    const seq = query.get(name);
    const found = seq === null ? -1 : steps.findIndex(step => step.seq === Number(seq));
    return found < 0 ? undefined : found;
  };
  const last = Math.max(0, steps.length - 1);
  const chosen = at('step');
  const index = chosen ?? last;
  const compared = at('with');
  const choose = useCallback((to: number) => setQuery('step', to >= steps.length - 1 ? '' : String(steps[to]?.seq ?? '')), [steps]);
  const compare = useCallback((to: number | undefined) => setQuery('with', to === undefined ? '' : String(steps[to]?.seq ?? '')), [steps]);
  return { index, compared: compared === index ? undefined : compared, live: chosen === undefined, choose, compare };
}

function lightOf(steps: readonly Step[], index: number, compared: number | undefined) {
  const passed = steps.slice(0, index + 1);
  const ways = passed.slice(1).map((step, at) => `${passed[at]?.state}→${step.state}`);
  return {
    current: steps[index]?.state ?? '',
    compared: compared === undefined ? undefined : steps[compared]?.state,
    visited: new Set(passed.map(step => step.state)),
    taken: new Set(ways),
    last: ways.at(-1),
  };
}

interface ContextProps {
  steps: readonly Step[];
  index: number;
  compared: number | undefined;
  now: unknown;
  onCompare: (index: number | undefined) => void;
}

function Context({ steps, index, compared, now, onCompare }: ContextProps) {
  const step = steps[index];
  // What is stored now is known even where the steps before it could not be computed.
  const context = step?.context ?? (index === steps.length - 1 ? now : undefined);
  const other = compared === undefined ? undefined : steps[compared];
  const [from, to] = compared !== undefined && compared > index ? [step, other] : [other, step];
  return (
    <div className="stack tight">
      <div className="compare-bar">
        <label className="select">
          <span className="muted">Compare with</span>
          <select value={compared ?? ''} onChange={event => onCompare(event.target.value === '' ? undefined : Number(event.target.value))}>
            <option value="">nothing</option>
            {steps.map((one, at) => (
              <option key={one.seq} value={at} disabled={at === index}>
                {`${at + 1} · ${stateWord(one.state)}`}
              </option>
            ))}
          </select>
        </label>
        {compared === undefined ? (
          <Button
            size="small"
            look="quiet"
            reason={index === 0 ? 'There is no step before.' : undefined}
            onClick={() => onCompare(index - 1)}
          >
            The step before
          </Button>
        ) : (
          <Button size="small" look="quiet" icon="cross" onClick={() => onCompare(undefined)}>
            Stop comparing
          </Button>
        )}
      </div>
      {context === undefined && <p className="muted">The context of this step is not known.</p>}
      {context !== undefined && !other && (
        <>
          <Json value={context} open={2} />
          <CopyButton text={JSON.stringify(context, null, 2)} label="Copy context" />
        </>
      )}
      {other && from && to && (
        <>
          <p className="muted">
            Step {steps.indexOf(from) + 1} ({stateWord(from.state)}) to step {steps.indexOf(to) + 1} ({stateWord(to.state)})
          </p>
          <Changes changes={changesOf(from.context, to.context)} same="The context is the same in both." />
        </>
      )}
    </div>
  );
}

function Effects({ step }: { step: Step }) {
  if (step.effects.length === 0) return <p className="muted">Nothing was under way after this step.</p>;
  return (
    <ul className="stack tight">
      {step.effects.map(effect => (
        <li key={effect.id} className="effect-item">
          <State tone="working" word={effect.id} />
          {effect.input !== undefined && <Json value={effect.input} open={2} />}
        </li>
      ))}
    </ul>
  );
}
