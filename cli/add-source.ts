import type { SourceView } from '../machines/schema/source.ts';
import type { Context } from './command.ts';
import { connect, type Daemon } from './connect.ts';
import { EXIT, exitOfFault } from './exit-codes.ts';
import { noteFault } from './faults.ts';
import { count, note, out, outJson, paint, shown } from './print.ts';
import { startProgress } from './progress.ts';

const ROUND_SECONDS = 1;
const DOCUMENT_IDLE_MS = 180_000;

/** Adds a source, stays until it is ready or failed, and says what came of it. */
export async function addSource(input: Record<string, unknown>, { entry, json }: Pick<Context, 'entry' | 'json'>): Promise<number> {
  const daemon = await connect(entry);
  const progress = startProgress('adding the source');
  let view: SourceView;
  try {
    view = await daemon.ask<SourceView>({ method: 'POST', path: '/api/sources', body: input, idleMs: DOCUMENT_IDLE_MS });
    while (!['ready', 'failed', 'authenticating', 'removed'].includes(view.state)) {
      view = await waitARound(daemon, view.namespace);
      progress.say(workOf(view));
    }
  } finally {
    progress.end();
  }
  if (json) outJson(view);
  for (const warning of view.warnings ?? []) note(`${paint('yellow', 'warning', process.stderr)}: ${shown(warning)}`);
  if (view.state === 'authenticating') note(`Connect it, and it goes on by itself: executor connect ${shown(view.namespace)}`);
  if (view.state !== 'ready') {
    noteFault(view.error ?? { code: 'internal', message: `the source is ${view.state}` });
    return view.error ? exitOfFault(view.error) : EXIT.failed;
  }
  if (!json) out(`${shown(view.namespace)} is ready: ${count(view.toolCount, 'tool')}${view.baseUrl ? ` at ${shown(view.baseUrl)}` : ''}`);
  return EXIT.ok;
}

const waitARound = (daemon: Daemon, namespace: string) =>
  daemon.ask<SourceView>({ path: `/api/sources/${encodeURIComponent(namespace)}?wait=${ROUND_SECONDS}`, idleMs: DOCUMENT_IDLE_MS });

function workOf({ namespace, state, progress }: SourceView): string {
  const done = progress ? ` ${progress.done.toLocaleString('en-US')} of ${progress.total.toLocaleString('en-US')}` : '';
  return `${state} ${namespace}${done}`;
}
