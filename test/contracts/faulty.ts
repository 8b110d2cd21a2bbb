import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';

/** The ways an upstream goes wrong. */
export const FAULTS = ['refuse', 'hang', 'slow-loris', '500', 'bad JSON', 'huge answer', 'crash'] as const;
export type FaultName = (typeof FAULTS)[number];

/** A server in front of a healthy one that goes wrong in the way it is told to. */
export interface Faulty {
  readonly url: string;
  /** How often it was contacted since the start: connections opened, or processes started. */
  contacts(): number;
  become(fault: FaultName | 'healthy'): Promise<void>;
  close(): Promise<void>;
}

const MIB = Buffer.alloc(1024 * 1024, 0x20);

/** Opens a port of its own; a refusal closes it, and health opens the same one again. */
export async function openFaulty(healthy: RequestListener): Promise<Faulty> {
  let fault: FaultName | 'healthy' = 'healthy';
  let connections = 0;
  const timers = new Set<NodeJS.Timeout>();

  const wrong: Readonly<Record<Exclude<FaultName, 'refuse'>, (req: IncomingMessage, res: ServerResponse) => void>> = {
    hang: () => {},
    'slow-loris'(_, res) {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.write('{');
      const timer = setInterval(() => res.write(' '), 50);
      timers.add(timer);
      res.on('close', () => clearInterval(timer));
    },
    500: (_, res) => void res.writeHead(500, { 'content-type': 'text/plain' }).end('on fire'),
    'bad JSON': (_, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"data": {"a'),
    'huge answer'(_, res) {
      res.writeHead(200, { 'content-type': 'application/json' });
      // Two gigabytes, for whoever reads them.
      let left = 2048;
      const more = (): void => {
        while (left > 0 && !res.destroyed) {
          left--;
          if (!res.write(MIB)) return void res.once('drain', more);
        }
        res.end('{}');
      };
      more();
    },
    crash: req => void req.socket.destroy(),
  };

  const server: Server = createServer((req, res) => {
    if (fault === 'healthy' || fault === 'refuse') return healthy(req, res);
    // The request is read as it should be: what goes wrong is the answer.
    req.resume();
    wrong[fault](req, res);
  });
  server.on('connection', () => {
    connections++;
  });
  const listen = (port: number): Promise<void> => new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
  const shut = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    if (!server.listening) return;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    contacts: () => connections,
    async become(next) {
      fault = next;
      if (next === 'refuse') await shut();
      else if (!server.listening) await listen(port);
    },
    close: shut,
  };
}
