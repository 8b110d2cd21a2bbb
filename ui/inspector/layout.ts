import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js';
import type { Chart, ChartState } from '../../machines/chart.ts';
import { groupBy } from '../group.ts';
import { stateWord, wayWord } from './words.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PlacedState extends Box {
  state: ChartState;
  /** Events that are handled without leaving. */
  stays: string[];
}
export interface PlacedEdge {
  key: string;
  from: string;
  to: string;
  /** The types of the events that take this way. */
  events: string[];
  points: { x: number; y: number }[];
  label: Box & { lines: string[] };
}
export interface Placed {
  width: number;
  height: number;
  states: PlacedState[];
  edges: PlacedEdge[];
  /** Where the arrow of the beginning starts and ends. */
  start: { x: number; y: number }[];
}

const LINE = 13;
const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  // Down the page goes what its author wrote first; whatever leads back goes up.
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
};

let engine: InstanceType<typeof ELK> | undefined;
const done = new Map<string, Promise<Placed>>();

/** Where everything of a chart goes. Worked out once for each chart, away from the page's thread. */
export function layOut(chart: Chart): Promise<Placed> {
  const key = JSON.stringify(chart);
  const known = done.get(key);
  if (known) return known;
  const placed = remembered(chart.id, key) ?? work(chart, key);
  done.set(key, placed);
  placed.catch(() => done.delete(key));
  return placed;
}

async function work(chart: Chart, key: string): Promise<Placed> {
  engine ??= new ELK({ workerUrl, workerFactory: url => new Worker(new URL(url ?? workerUrl, import.meta.url)) });
  const placed = read(chart, await engine.layout(graphOf(chart)));
  try {
    localStorage.setItem(memoryOf(chart.id), JSON.stringify({ key, placed }));
  } catch {
    // A full or forbidden storage only means that the next visit works it out again.
  }
  return placed;
}

const memoryOf = (id: string) => `executor.chart.${id}`;

/** The layout of an earlier visit, if the chart is still the same: the engine is large, and a chart changes with a release only. */
function remembered(id: string, key: string): Promise<Placed> | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(memoryOf(id)) ?? 'null') as { key: string; placed: Placed } | null;
    return kept?.key === key ? Promise.resolve(kept.placed) : undefined;
  } catch {
    return undefined;
  }
}

const context = document.createElement('canvas').getContext('2d');
function widthOf(text: string, font: string): number {
  if (!context) return text.length * 7;
  context.font = font;
  return Math.ceil(context.measureText(text).width);
}

const START = ' start';

function graphOf(chart: Chart): ElkNode {
  const font = getComputedStyle(document.body).fontFamily;
  const mono = getComputedStyle(document.documentElement).getPropertyValue('--mono');
  return {
    id: 'root',
    layoutOptions: OPTIONS,
    children: [
      { id: START, width: 12, height: 12, layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' } },
      ...chart.states.map(state => ({
        id: state.name,
        width: Math.max(
          96,
          widthOf(stateWord(state.name), `600 13px ${font}`) + 62,
          ...state.invokes.map(({ id }) => widthOf(id, `11px ${mono}`) + 48),
        ),
        height: 38 + (state.invokes.length > 0 ? 4 + state.invokes.length * 18 : 0),
      })),
    ],
    edges: [
      { id: START, sources: [START], targets: [chart.initial] },
      ...waysOf(chart).map(({ key, from, to, lines }) => ({
        id: key,
        sources: [from],
        targets: [to],
        labels: [
          {
            id: `${key} label`,
            text: lines.join('\n'),
            width: Math.max(...lines.map(line => widthOf(line, `11px ${font}`))) + 10,
            height: lines.length * LINE + 4,
          },
        ],
      })),
    ],
  };
}

/** One arrow for each pair of states, with all that leads from one to the other. */
function waysOf(chart: Chart): { key: string; from: string; to: string; events: string[]; lines: string[] }[] {
  return chart.states.flatMap(state => {
    const leaving = state.transitions.filter(({ target }) => target !== null);
    return [...groupBy(leaving, ({ target }) => target as string)].map(([to, ways]) => ({
      key: `${state.name}→${to}`,
      from: state.name,
      to,
      events: ways.map(({ event }) => event),
      // A guard stands below its event: labels side by side are what makes a chart wide.
      lines: [...new Set(ways.map(way => wayWord(way, state.transitions)))].flatMap(word => word.split(/ (?=\[)/)),
    }));
  });
}

function read(chart: Chart, { width = 0, height = 0, children = [], edges = [] }: ElkNode): Placed {
  const boxOf = (id: string): Box => {
    const { x = 0, y = 0, width: w = 0, height: h = 0 } = children.find(child => child.id === id) ?? {};
    return { x, y, width: w, height: h };
  };
  const pointsOf = (id: string) =>
    (edges.find(edge => edge.id === id)?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ]);
  return {
    width,
    height,
    start: pointsOf(START),
    states: chart.states.map(state => ({
      ...boxOf(state.name),
      state,
      stays: [...new Set(state.transitions.filter(({ target }) => target === null).map(({ event }) => event))],
    })),
    edges: waysOf(chart).map(({ lines, ...way }) => {
      const { x = 0, y = 0, width: w = 0, height: h = 0 } = edges.find(edge => edge.id === way.key)?.labels?.[0] ?? {};
      return { ...way, points: pointsOf(way.key), label: { x, y, width: w, height: h, lines } };
    }),
  };
}
