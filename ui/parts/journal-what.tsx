import type { JournalStep } from '../../machines/schema/execution.ts';
import { executionUrl, Link } from '../router.tsx';
import { peek } from './execution-rows.tsx';
import { ToolPath } from './state.tsx';
import { lasted, span } from './time.tsx';

/** What a step of a program asked, in words, and where and how long. */
export function JournalWhat({ step }: { step: JournalStep }) {
  const details = [
    step.line !== undefined && `line ${step.line}`,
    step.answeredAt && lasted(step.askedAt, step.answeredAt),
    step.kept && 'taken over',
  ];
  const request = requestOf(step.summary);
  const what = step.tool ? <ToolPath path={step.tool} /> : <span className="path">{askedOf(step, request)}</span>;
  return (
    <span className="journal-what">
      {step.executionId ? <Link to={executionUrl(step.executionId)}>{what}</Link> : what}
      {step.tool && <span className="journal-peek">{request ? peek(request.input) : step.summary}</span>}
      <span className="muted small">{details.filter(Boolean).join(' · ')}</span>
    </span>
  );
}

/** The request, where the summary of it was not cut. */
function requestOf(summary: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(summary) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function askedOf({ kind, summary }: JournalStep, request: Record<string, unknown> | undefined): string {
  if (!request) return `${kind} ${summary}`;
  if (kind === 'sleep') return `sleep ${span(Number(request.ms))}`;
  return `${kind} ${String(request.path ?? JSON.stringify(request.query ?? ''))}`;
}
