import { useEffect, useState } from 'react';
import type { Chart as ChartData } from '../../machines/chart.ts';
import { ErrorNote, Skeleton } from '../parts/notes.tsx';
import { toneOf } from '../states.ts';
import { Canvas } from './canvas.tsx';
import { layOut, type Placed, type PlacedEdge, type PlacedState } from './layout.ts';
import { eventWord, stateWord } from './words.ts';

/** What is lit on a chart. */
export interface Light {
  /** The state an actor is in. */
  current?: string | undefined;
  /** A second one, to compare with. */
  compared?: string | undefined;
  /** Ways that were taken, as `from→to`, and the last of them. */
  taken?: ReadonlySet<string> | undefined;
  last?: string | undefined;
  visited?: ReadonlySet<string> | undefined;
  /** How many actors are in each state. */
  counts?: ReadonlyMap<string, { count: number; more?: boolean }> | undefined;
  /** States that were entered just now; the number grows with each time. */
  pulses?: ReadonlyMap<string, number> | undefined;
}

interface ChartProps {
  chart: ChartData;
  light: Light;
  label: string;
  chosen?: string | undefined;
  onChoose?: ((state: string) => void) | undefined;
}

/** A machine as a statechart, with what is alive in it lit. */
export function Chart({ chart, light, label, chosen, onChoose }: ChartProps) {
  const [placed, setPlaced] = useState<Placed>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let stale = false;
    setProblem(undefined);
    document.fonts.ready
      .then(() => layOut(chart))
      .then(
        result => stale || setPlaced(result),
        (error: unknown) => stale || setProblem(String(error)),
      );
    return () => {
      stale = true;
    };
  }, [chart]);
  if (problem) return <ErrorNote error={{ code: 'internal', message: `The chart cannot be laid out: ${problem}` }} />;
  if (!placed) return <Skeleton rows={6} height={28} />;
  const tracing = light.taken !== undefined;
  return (
    <Canvas width={placed.width} height={placed.height} label={label}>
      <defs>
        {['plain', 'taken', 'last'].map(kind => (
          <marker key={kind} id={`tip-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0.5 0.8 7.5 4 0.5 7.2z" className={`tip ${kind}`} />
          </marker>
        ))}
      </defs>
      <Start points={placed.start} />
      {[...placed.edges]
        .sort((a, b) => rank(a, light) - rank(b, light))
        .map(edge => (
          <Edge key={edge.key} edge={edge} kind={kindOf(edge, light)} faint={tracing && !light.taken?.has(edge.key)} />
        ))}
      {placed.states.map(state => (
        <State key={state.state.name} placed={state} light={light} tracing={tracing} chosen={chosen} onChoose={onChoose} />
      ))}
    </Canvas>
  );
}

const rank = (edge: PlacedEdge, light: Light) => (edge.key === light.last ? 2 : light.taken?.has(edge.key) ? 1 : 0);
const kindOf = (edge: PlacedEdge, light: Light) => (edge.key === light.last ? 'last' : light.taken?.has(edge.key) ? 'taken' : 'plain');

function Start({ points }: { points: Placed['start'] }) {
  const [first] = points;
  if (!first) return null;
  return (
    <g className="edge">
      <circle cx={first.x} cy={first.y - 6} r="5" className="start-dot" />
      <path d={rounded(points)} markerEnd="url(#tip-plain)" />
    </g>
  );
}

function Edge({ edge, kind, faint }: { edge: PlacedEdge; kind: string; faint: boolean }) {
  const { label } = edge;
  return (
    <g className={`edge ${kind}${faint ? ' faint' : ''}`}>
      <path d={rounded(edge.points)} markerEnd={`url(#tip-${kind})`} />
      <rect x={label.x} y={label.y} width={label.width} height={label.height} rx="4" className="edge-ground" />
      <text className="edge-label">
        {label.lines.map((line, index) => (
          <tspan
            // biome-ignore lint/suspicious/noArrayIndexKey: the same guard may stand below two events
            key={index}
            x={label.x + label.width / 2}
            y={label.y + 12 + index * 13}
            {...(line.startsWith('[') && { className: 'guard' })}
          >
            {line}
          </tspan>
        ))}
      </text>
    </g>
  );
}

interface StateProps {
  placed: PlacedState;
  light: Light;
  tracing: boolean;
  chosen: string | undefined;
  onChoose: ((state: string) => void) | undefined;
}

function State({ placed, light, tracing, chosen, onChoose }: StateProps) {
  const { x, y, width, height, state } = placed;
  const counted = light.counts?.get(state.name);
  const isCurrent = light.current === state.name;
  const lit = isCurrent || (!tracing && counted !== undefined && counted.count > 0);
  const faint = tracing && !isCurrent && !light.visited?.has(state.name);
  const pulse = light.pulses?.get(state.name);
  const classes = ['state-node', toneOf(state.name), state.type === 'final' && 'final', lit && 'lit', isCurrent && 'current'];
  if (faint) classes.push('faint');
  if (light.compared === state.name) classes.push('compared');
  if (chosen === state.name) classes.push('chosen');
  const choose = onChoose && (() => onChoose(state.name));
  const count = counted && counted.count > 0 ? `${counted.count.toLocaleString('en')}${counted.more ? '+' : ''}` : undefined;
  return (
    <g
      className={classes.filter(Boolean).join(' ')}
      transform={`translate(${x} ${y})`}
      data-state={state.name}
      {...(choose && { role: 'button', onClick: choose })}
    >
      {pulse !== undefined && <rect key={pulse} className="pulse" width={width} height={height} rx="10" />}
      <rect className="state-box" width={width} height={height} rx="10" />
      {state.type === 'final' && <rect className="state-inner" x="3" y="3" width={width - 6} height={height - 6} rx="7" />}
      <circle className="state-dot" cx="17" cy="19" r="4" />
      <text className="state-name" x="29" y="23.5">
        {stateWord(state.name)}
      </text>
      {count && <Count text={count} right={width - 9} />}
      {state.invokes.map((invoke, index) => (
        <g key={invoke.id} className="invoke" transform={`translate(16 ${46 + index * 18})`}>
          <path d="M0 -3.5 5.5 0 0 3.5z" />
          <text x="13" y="4">
            {invoke.id}
          </text>
        </g>
      ))}
      {placed.stays.length > 0 && <title>{`Also handles ${placed.stays.map(eventWord).join(', ')} without leaving`}</title>}
    </g>
  );
}

function Count({ text, right }: { text: string; right: number }) {
  const width = Math.max(20, 11 + text.length * 7);
  return (
    <g className="state-count" transform={`translate(${right - width} 10)`}>
      <rect width={width} height="18" rx="9" />
      <text x={width / 2} y="13">
        {text}
      </text>
    </g>
  );
}

/** A path through right angles, with its corners rounded. */
function rounded(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const before = points[index];
    const after = rest[index + 1];
    if (!before || !after) {
      path += `L${point.x} ${point.y}`;
      return;
    }
    const into = Math.hypot(point.x - before.x, point.y - before.y);
    const out = Math.hypot(after.x - point.x, after.y - point.y);
    const radius = Math.min(7, into / 2, out / 2);
    const toward = (from: { x: number; y: number }, length: number) => ({
      x: point.x + ((from.x - point.x) / (length || 1)) * radius,
      y: point.y + ((from.y - point.y) / (length || 1)) * radius,
    });
    const a = toward(before, into);
    const b = toward(after, out);
    path += `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`;
  });
  return path;
}
