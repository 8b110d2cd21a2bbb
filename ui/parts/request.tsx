import { useState } from 'react';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { counted } from '../counted.ts';
import { changesOf } from '../diff.ts';
import { useName } from '../names.ts';
import { isPreview } from '../preview.ts';
import { useResource } from '../resource.ts';
import { executionUrl, Link, toolUrl } from '../router.tsx';
import { Changes } from './changes.tsx';
import { Arguments } from './json.tsx';
import { plainLine } from './prose.tsx';
import { EffectBadge, ToolPath } from './state.tsx';
import { Ago } from './time.tsx';
import { UpdateDifference } from './update-difference.tsx';

const KINDS: Record<InteractionView['kind'], string> = {
  approval: 'Approval',
  login: 'Login',
  form: 'Question',
  unknown_outcome: 'Unknown outcome',
};

/** Who asked, through which client. */
export function Asker({ view }: { view: ExecutionView }) {
  return (
    <span>
      {useName(view.principal)}
      {view.client && <span className="muted"> via {view.client}</span>}
    </span>
  );
}

/** Exactly what will be sent when a person says yes: nothing an approver relies on is left out. */
export function Request({ view, interaction }: { view: ExecutionView; interaction: InteractionView }) {
  const { request } = interaction;
  const tool = request?.tool ?? view.tool;
  // The request folds long values; while it waits, the execution has them whole.
  const input = request && (interaction.settledAt || isPreview(view.input)) ? request.input : view.input;
  return (
    <div className="request">
      <div className="request-head">
        <span className={`kind ${interaction.settledAt ? 'idle' : interaction.kind === 'unknown_outcome' ? 'unknown' : 'waiting'}`}>
          {KINDS[interaction.kind]}
        </span>
        {request && <EffectBadge effect={request.effect} />}
      </div>
      {tool && (
        <h2 className="request-tool">
          <Link to={toolUrl(tool)}>
            <ToolPath path={tool} />
          </Link>
        </h2>
      )}
      {interaction.kind !== 'approval' && interaction.kind !== 'unknown_outcome' && (
        <p className="request-message">{interaction.message}</p>
      )}
      {request?.description && <p className="muted">{plainLine(request.description)}</p>}
      {request?.url && (
        <p className="line">
          <strong>{request.method}</strong> <span>{request.url}</span>
        </p>
      )}
      <dl className="facts">
        <div>
          <dt>Asked by</dt>
          <dd>
            <Asker view={view} />, <Ago at={interaction.askedAt} />
          </dd>
        </div>
        {view.parent && <Line parent={view.parent} step={view.step} />}
        {request?.connection && (
          <div>
            <dt>As</dt>
            <dd className="mono">{request.connection}</dd>
          </div>
        )}
        {interaction.expiresAt && !interaction.settledAt && (
          <div>
            <dt>Expires</dt>
            <dd>
              <Ago at={interaction.expiresAt} />
            </dd>
          </div>
        )}
      </dl>
      {request?.difference && <UpdateDifference difference={request.difference} />}
      {(interaction.kind === 'approval' || hasArguments(input)) && (
        <>
          <h3 className="label">Arguments</h3>
          <Arguments value={input} />
        </>
      )}
      {interaction.kind === 'approval' && !interaction.settledAt && tool && <SinceLast id={view.id} tool={tool} input={input} />}
      {request?.headers && Object.keys(request.headers).length > 0 && (
        <details className="fold">
          <summary>{Object.keys(request.headers).length} headers</summary>
          <Arguments value={request.headers} />
        </details>
      )}
    </div>
  );
}

const hasArguments = (input: unknown): boolean => typeof input !== 'object' || input === null || Object.keys(input).length > 0;

/** The program that asks, and the line of it that does. */
function Line({ parent, step }: { parent: string; step: number | undefined }) {
  const { data } = useResource(`line ${parent} ${step}`, signal =>
    step === undefined ? Promise.resolve(undefined) : api.journal(parent, { limit: 1, cursor: String(step - 1) }, signal),
  );
  const line = data?.items[0]?.line;
  return (
    <div>
      <dt>Program</dt>
      <dd>
        <Link to={executionUrl(parent)}>{line === undefined ? 'Show it' : `line ${line}`}</Link>
      </dd>
    </div>
  );
}

/** How these arguments differ from those of the last call of the tool that went through. */
function SinceLast({ id, tool, input }: { id: string; tool: string; input: unknown }) {
  const [open, setOpen] = useState(false);
  const { data } = useResource(`last ${tool}`, signal => api.executions({ tool, state: 'done', limit: 2 }, signal));
  const last = data?.items.find(view => view.id !== id && !isPreview(view.input));
  if (!last) return null;
  const changes = changesOf(last.input, input);
  return (
    <details className="fold compared-call" open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        {changes.length === 0
          ? 'The same as the last call that went through'
          : `${counted(changes.length, 'difference')} from the last call that went through`}
        , <Ago at={last.startedAt} />
      </summary>
      {open && (
        <>
          <Changes changes={changes} same="The arguments are the same." />
          <Link to={executionUrl(last.id)}>Show that call</Link>
        </>
      )}
    </details>
  );
}
