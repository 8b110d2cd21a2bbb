import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { SourceView } from '../../machines/schema/source.ts';
import type { ToolHit } from '../../machines/schema/tool.ts';
import { readGiven } from '../detection.ts';
import { peek } from '../parts/execution-rows.tsx';
import type { IconName } from '../parts/icons.tsx';
import { plainLine } from '../parts/prose.tsx';
import { actorUrl, executionUrl, navigate, resumeUrl, sourceUrl, toolUrl } from '../router.tsx';
import { SECTIONS } from '../sections.ts';
import { setTheme } from '../theme.ts';

/** One thing the palette can do. */
export interface Command {
  id: string;
  group: string;
  icon: IconName;
  label: string;
  /** Shown in the mono face: a path or an id. */
  mono?: true;
  aside?: string;
  effect?: ToolHit['effect'];
  run: () => void;
  /** What Ctrl+Enter does instead, and its name. */
  other?: { label: string; run: () => void };
}

interface Known {
  text: string;
  pending: readonly ExecutionView[];
  sources: readonly SourceView[];
  hits: readonly ToolHit[];
}

const MOST = 6;

/** What can be done with what was typed, the likeliest first. */
export function commandsFor({ text, pending, sources, hits }: Known): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (...parts: (string | undefined)[]) => {
    const all = parts.join(' ').toLowerCase();
    return words.every(word => all.includes(word));
  };
  return [
    ...direct(text.trim()),
    ...pending
      .filter(view => fits('approve answer pending', view.tool, peek(view.input)))
      .slice(0, MOST)
      .map(waiting),
    ...hits.map(tool),
    ...sources
      .filter(source => words.length > 0 && fits('source', source.namespace, source.name))
      .slice(0, MOST)
      .map(source => ({
        id: `source ${source.namespace}`,
        group: 'Sources',
        icon: 'sources' as const,
        label: source.namespace,
        mono: true as const,
        aside: source.name,
        run: () => navigate(sourceUrl(source.namespace)),
      })),
    ...SECTIONS.filter(item => fits('go to', item.label)).map(item => ({
      id: `page ${item.to}`,
      group: 'Pages',
      icon: item.icon,
      label: item.label,
      run: () => navigate(item.to),
    })),
    ...actions().filter(command => fits(command.label)),
  ];
}

function direct(text: string): Command[] {
  if (/^exec_[0-9a-z]{6,}$/i.test(text)) {
    return [
      {
        id: 'execution',
        group: 'Open',
        icon: 'activity',
        label: text,
        mono: true,
        aside: 'execution',
        run: () => navigate(executionUrl(text)),
      },
      {
        id: 'actor',
        group: 'Open',
        icon: 'inspect',
        label: text,
        mono: true,
        aside: 'in the inspector',
        run: () => navigate(actorUrl('call', text)),
      },
    ];
  }
  const given = readGiven(text);
  if (given.kind !== 'url' || !/[/:]/.test(text)) return [];
  return [
    {
      id: 'add this',
      group: 'Open',
      icon: 'plus',
      label: `Add source ${text}`,
      run: () => navigate(`/add?url=${encodeURIComponent(given.url)}`),
    },
  ];
}

const waiting = (view: ExecutionView): Command => ({
  id: `pending ${view.id}`,
  group: 'Waits for you',
  icon: 'inbox',
  label: view.tool ?? 'program',
  mono: true,
  aside: peek(view.input),
  run: () => navigate(resumeUrl(view.id)),
});

const tool = (hit: ToolHit): Command => ({
  id: `tool ${hit.path}`,
  group: 'Tools',
  icon: 'play',
  label: hit.path,
  mono: true,
  aside: plainLine(hit.description),
  effect: hit.effect,
  run: () => navigate(toolUrl(hit.path)),
  other: { label: 'run', run: () => navigate(`${toolUrl(hit.path)}?run=1`) },
});

const actions = (): Command[] => [
  { id: 'add', group: 'Do', icon: 'plus', label: 'Add a source', run: () => navigate('/add') },
  { id: 'code', group: 'Do', icon: 'code', label: 'Run code', run: () => navigate('/run') },
  { id: 'light', group: 'Do', icon: 'sun', label: 'Theme: light', run: () => setTheme('light') },
  { id: 'dark', group: 'Do', icon: 'moon', label: 'Theme: dark', run: () => setTheme('dark') },
  { id: 'system', group: 'Do', icon: 'system', label: 'Theme: as the system', run: () => setTheme('system') },
];
