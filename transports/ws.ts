import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { FaultError, toFault } from '../machines/schema/fault.ts';
import { ClientFrame, type ServerFrame } from '../machines/schema/frame.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { demand } from '../runtime/principals.ts';
import type { Change, Runtime } from '../runtime/runtime.ts';
import { authenticate, presentedByUpgrade } from './http/authenticate.ts';
import { door } from './http/body.ts';
import type { Http } from './http/context.ts';
import { checkDoors } from './http/guard.ts';
import { STATUS } from './http/status.ts';
import { inspect } from './ws/inspect.ts';
import { createOutbox, type Outbox } from './ws/outbox.ts';
import { clientSeen, isTopic, openTopics, type Topics } from './ws/topics.ts';

const clientFrame = door(ClientFrame);
const MAX_FRAME_BYTES = 64 * 1024;

/** Live views over `/ws` (CONTRACT, section 6). */
export function serveSockets(server: Server, http: Http): { readonly size: number; close(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: offered => (offered.has('executor') ? 'executor' : false),
  });
  const topics = openTopics(http.runtime);

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    let principal: Principal;
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://host');
    try {
      checkDoors(req, http.doors);
      if (pathname !== '/ws' && pathname !== '/ws/inspect')
        throw new FaultError('invalid_arguments', 'there are only /ws and /ws/inspect here');
      principal = authenticate(http.runtime, presentedByUpgrade(req, http.doors.port()), undefined);
    } catch (error) {
      refuse(socket, error);
      return;
    }
    sockets.handleUpgrade(req, socket, head, ws => {
      if (pathname === '/ws') attend(ws, principal, topics, http.runtime);
      else inspect(ws, http.runtime, principal, searchParams.get('actor') ?? undefined).catch(error => ws.close(1008, toFault(error).code));
    });
  });

  return {
    get size() {
      return sockets.clients.size;
    },
    close() {
      topics.close();
      for (const ws of sockets.clients) ws.close(1001, 'the daemon is stopping');
      sockets.close();
    },
  };
}

function refuse(socket: Duplex, error: unknown): void {
  const fault = toFault(error);
  const body = JSON.stringify({ error: fault });
  socket.end(
    `HTTP/1.1 ${STATUS[fault.code]} refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** One client: it subscribes to topics and hears of their changes; a slow one gets the newest state of each thing, not each state. */
function attend(ws: WebSocket, principal: Principal, topics: Topics, runtime: Runtime): void {
  const outbox: Outbox = createOutbox(ws);
  const subscribed = new Set<string>();

  const stop = topics.listen((change: Change) => {
    if (!runtime.principals.current(principal)) return ws.close(4401, 'the token was revoked or has expired');
    for (const frame of topics.framesOf(change, principal, topic => subscribed.has(topic))) outbox.push(frame);
  });
  const stopRevoking = runtime.tokens.onRevoked(id => {
    if (id === principal.id) ws.close(4401, 'the token was revoked');
  });
  const stopClients = runtime.clients.subscribe(view => {
    if (subscribed.has('clients')) outbox.push(clientSeen(view, runtime.stats().cursor));
  });
  ws.on('close', () => {
    stop();
    stopRevoking();
    stopClients();
  });
  ws.on('error', () => ws.terminate());

  ws.on('message', async data => {
    let topic = '';
    try {
      const frame = clientFrame(JSON.parse(String(data)));
      topic = frame.topic;
      if (frame.type === 'unsubscribe') {
        subscribed.delete(topic);
        return;
      }
      if (topic === 'clients') demand(principal, 'read');
      if (!isTopic(topic))
        throw new FaultError(
          'invalid_arguments',
          `there is no topic "${topic}"; there are sources, executions, pending, connections, actors, clients and actor:<id>`,
        );
      subscribed.add(topic);
      const { frames, reset } = await topics.since(topic, frame.since, principal);
      for (const missed of frames) outbox.push(missed);
      outbox.push({ type: 'ready', topic, id: '', seq: 0, cursor: runtime.stats().cursor, reset });
    } catch (error) {
      const fault = error instanceof SyntaxError ? new FaultError('invalid_arguments', 'the frame is not JSON') : error;
      outbox.push({ type: 'error', topic, id: '', seq: 0, cursor: runtime.stats().cursor, error: toFault(fault) } satisfies ServerFrame);
    }
  });
}
