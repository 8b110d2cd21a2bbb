import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { createApp } from '../../transports/http/app.ts';
import { type ServeOptions, type Serving, serve } from '../../transports/serve.ts';
import { temporaryFolder } from '../runtime/folder.ts';

export interface Asked {
  method?: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | undefined;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The code of `{error: {code}}`, whatever the envelope around it. */
  code: string | undefined;
}

export interface House extends Serving {
  port: number;
  ask(asked: Asked): Promise<Answered>;
  /** The same as the owner. */
  own(asked: Asked): Promise<Answered>;
}

/** A whole daemon on a free port and an empty directory; it ends with the test. */
export async function openHouse(t: TestContext, options: ServeOptions = {}): Promise<House> {
  const serving = await serve({ dataDir: `${temporaryFolder(t)}/data`, host: '127.0.0.1', port: 0, ui: false, ...options });
  t.after(() => serving.close());
  const port = Number(new URL(serving.url).port);
  const ask = (asked: Asked) => send(port, asked);
  const own = (asked: Asked) => ask({ ...asked, headers: { authorization: `Bearer ${serving.token}`, ...asked.headers } });
  return { ...serving, port, ask, own };
}

/** Every route of the router itself, with `x` for each parameter. */
export function routesOf({ runtime }: Pick<Serving, 'runtime'>): { method: string; path: string }[] {
  const app = createApp({
    server: http.createServer(),
    http: { runtime, doors: { host: '127.0.0.1', port: () => 0, allowedHosts: [], requireToken: false }, base: () => '' },
    lifecycle: { shutdown: () => {}, suggestions: () => [], stopping: () => false, open: () => ({ sockets: 0, mcpSessions: 0 }) },
    mcp: () => Promise.reject(new Error('only its routes are asked for')),
    ui: undefined,
  });
  const { routes } = app as unknown as { routes: { method: string; pattern: RegExp }[] };
  return routes.filter(route => route.method !== '').map(({ method, pattern }) => ({ method, path: pathOf(pattern) }));
}

function pathOf(pattern: RegExp): string {
  return pattern.source
    .replace(/^\^/, '')
    .replace(/\\\/\?\$$/, '')
    .replaceAll('([^\\/]+?)', 'x')
    .replaceAll('([^/]+?)', 'x')
    .replaceAll('\\/', '/');
}

function send(port: number, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends bytes as they are, and gives all that comes back until the other side closes or has answered once. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let all = '';
    socket.on('data', chunk => {
      all += chunk.toString('latin1');
      if (all.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => resolve(all));
    socket.on('error', reject);
  });
}

function codeOf(text: string): string | undefined {
  try {
    return JSON.parse(text).error?.code;
  } catch {
    return undefined; // not JSON
  }
}
