import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Principal } from '../../machines/schema/principal.ts';
import { demand, mayLookAt } from '../../runtime/principals.ts';
import type { Change, Runtime } from '../../runtime/runtime.ts';
import type { ActorKind } from '../../runtime/store.ts';
import { kindOf } from './topics.ts';

/** The version of `@statelyai/inspect` whose messages these are. */
const PROTOCOL = '0.7.2';

/** Whoever is this many unsent bytes behind is let go: an inspector that has missed events would draw what never was. */
const BEHIND = 4 * 1024 * 1024;

/**
 * Speaks the Stately inspection protocol (`@statelyai/inspect`): an actor is announced before its first event, each event is followed
 * by the snapshot it led to. What `createWebSocketReceiver({ server })` subscribes to.
 *
 * @param only an actor's name; without it, every actor that changes
 */
export async function inspect(ws: WebSocket, runtime: Runtime, principal: Principal, only: string | undefined): Promise<void> {
  demand(principal, 'read');
  const announced = new Set<string>();
  const wanted = only === undefined ? undefined : runtime.actors.nameOf(only);

  const say = (message: Record<string, unknown>): void => {
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > BEHIND) ws.close(1013, 'too far behind');
    else ws.send(JSON.stringify({ ...message, createdAt: String(Date.now()), _version: PROTOCOL }));
  };
  const base = (name: string) => ({ sessionId: name, rootId: name, id: randomUUID() });

  function announce(name: string, kind: ActorKind, snapshot: object): void {
    if (announced.has(name)) return;
    announced.add(name);
    const definition = runtime.actors.definition(kind);
    say({ type: '@xstate.actor', ...base(name), name, snapshot, definition, parentId: undefined });
  }

  function tell(name: string, event: unknown, snapshot: object): void {
    say({ type: '@xstate.event', ...base(name), event, sourceId: undefined });
    say({ type: '@xstate.snapshot', ...base(name), event, snapshot });
  }

  const stop = runtime.subscribe((change: Change) => {
    if (change.topic === 'executions' && !mayLookAt(principal, change.view.principal, change.view.tool)) return;
    const kind = kindOf(change);
    const name = `${kind}:${change.id}`;
    if (change.entries.length === 0 || (wanted !== undefined && wanted !== name)) return;
    for (const { event, state } of change.entries) {
      const snapshot = { status: 'active', value: state, context: change.view };
      announce(name, kind, snapshot);
      tell(name, event, snapshot);
    }
  });
  ws.on('close', stop);
  ws.on('error', () => ws.terminate());

  if (wanted === undefined) return;
  // One actor is told from its beginning.
  const { kind, log, context, status } = await runtime.actors.get(wanted);
  for (const { event, state } of log) {
    const snapshot = { status: state === log.at(-1)?.state ? status : 'active', value: state, context };
    announce(wanted, kind, snapshot);
    tell(wanted, event, snapshot);
  }
}
