import { memo } from 'react';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { useName } from '../names.ts';
import { executionUrl, Link } from '../router.tsx';
import { ExecutionState, ToolPath } from './state.tsx';
import { Ago, lasted } from './time.tsx';

/** One execution as one line of a list; drawn again only when it has changed. */
export const ExecutionRow = memo(function ExecutionRow({ view }: { view: ExecutionView }) {
  const name = useName(view.principal);
  const who = view.client ?? name;
  return (
    <Link to={executionUrl(view.id)} className="row execution-row">
      <ExecutionState view={view} quiet />
      <span className="row-main">
        {view.tool ? <ToolPath path={view.tool} /> : <span className="path">program</span>}
        <span className="row-peek">{peek(view.input)}</span>
      </span>
      <span className="row-side">
        <span className="row-who">{who}</span>
        <span className="row-took">{view.endedAt ? lasted(view.startedAt, view.endedAt) : ''}</span>
        <span className="row-when">
          <Ago at={view.startedAt} />
        </span>
      </span>
    </Link>
  );
});

/** The arguments in a few words, for recognising a call among others. */
export function peek(input: unknown): string {
  if (typeof input !== 'object' || input === null) return input === undefined ? '' : String(input).slice(0, 120);
  const entries = Object.entries(input);
  const [only] = entries;
  if (only && entries.length === 1 && only[0] === 'code') return firstLine(String(only[1]));
  return entries
    .slice(0, 5)
    .map(
      ([name, value]) =>
        `${name}: ${typeof value === 'object' && value !== null ? (Array.isArray(value) ? `[${value.length}]` : '{…}') : String(value).slice(0, 60)}`,
    )
    .join(', ');
}

/** The first line of a program that does something. */
const firstLine = (code: string): string =>
  (code.split('\n').find(line => line.trim() !== '' && !line.trim().startsWith('//')) ?? code).trim().slice(0, 120);

/** Newest first; within one moment by id, so that no two ever change places. */
export const newestFirst = (a: ExecutionView, b: ExecutionView): number =>
  a.startedAt === b.startedAt ? (a.id < b.id ? 1 : -1) : a.startedAt < b.startedAt ? 1 : -1;
