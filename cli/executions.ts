import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';
import { fold, note, paint, shown } from './print.ts';

const SETTLED: readonly string[] = ['done', 'failed', 'denied', 'cancelled'];
const WAITING: readonly string[] = ['awaitingApproval', 'paused', 'authenticating'];

/** Whether nothing will happen to it any more. */
export const isSettled = (view: ExecutionView): boolean => SETTLED.includes(view.state);

/** Whether it waits for a person. */
export const isWaiting = (view: ExecutionView): boolean => WAITING.includes(view.state);

/** The questions nobody has answered yet. */
export function openInteractions(view: ExecutionView): InteractionView[] {
  return view.interactions.filter(interaction => !interaction.settledAt);
}

/** Where a person answers in a browser. */
export const approvalUrl = (daemonUrl: string, id: string): string => `${daemonUrl}/resume/${encodeURIComponent(id)}`;

/** What a person types to answer. */
export const resumeCommand = (id: string): string => `executor resume --execution-id ${id}`;

/** Says on stderr what an execution waits for and the two ways to answer. */
export function notePause(id: string, url: string, interactions: readonly Pick<InteractionView, 'kind' | 'message'>[]): void {
  for (const { kind, message } of interactions)
    note(`${paint('yellow', `waiting (${kind.replace('_', ' ')})`, process.stderr)}: ${shown(message)}`);
  if (interactions.length === 0) note(`${paint('yellow', 'waiting', process.stderr)} for a person`);
  note(`  open  ${url}`);
  note(`  or    ${resumeCommand(id)}`);
}

/** Shows on stderr exactly what would be sent. */
export function noteRequest({ request, message, kind, schema, url }: InteractionView): void {
  note(`${paint('yellow', kind.replace('_', ' '), process.stderr)}: ${shown(message)}`);
  if (url) note(`  url         ${shown(url)}`);
  if (request) {
    note(`  tool        ${shown(request.tool)} (${request.effect})`);
    if (request.method || request.url) note(`  request     ${shown([request.method, request.url].filter(Boolean).join(' '))}`);
    if (request.connection) note(`  connection  ${shown(request.connection)}`);
    for (const [name, value] of Object.entries(request.headers ?? {})) note(`  header      ${shown(`${name}: ${value}`)}`);
    note(`  input       ${indent(request.input)}`);
    for (const { path, before, after } of request.difference ?? [])
      note(`  changes     ${shown(path)}: ${brief(before)} → ${brief(after)}`);
  }
  if (schema) note(`  form        ${indent(schema)}`);
}

const brief = (value: unknown): string => (value === undefined ? 'nothing' : fold(shown(JSON.stringify(value)), 200));

const indent = (value: unknown): string => shown(JSON.stringify(value, null, 2) ?? 'none').replaceAll('\n', '\n              ');
