import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Ways out of the process. Type-only imports do not lead out. */
const WAYS_OUT: Record<string, RegExp> = {
  'the global fetch': /(?<![.\w])(?:globalThis\.)?fetch\s*\(/,
  'fetch handed on': /(?:[:=(,]\s*|globalThis\.)fetch\s*[,;)}]/,
  undici: /(?:from|import\(|require\()\s*['"]undici/,
  'a client of node:http':
    /(?:\b(?:http|https|http2)\.(?:request|get|connect)\(|import\s+(?!type\b)\{[^}]*(?<!type )\brequest\b[^}]*\}\s*from\s*'(?:node:)?https?')/,
  'node:http loaded for its client': /import\('(?:node:)?https?'\)\)?\.(?:request|get)/,
  'a raw socket': /\b(?:net|tls)\.(?:connect|createConnection)\(|new (?:net\.|tls\.)?(?:Socket|TLSSocket)\(/,
  'a WebSocket client': /new WebSocket\(/,
  'an event source': /new EventSource\(/,
};

/** The client itself, and the lines of the command line and of the stdio bridge to their own daemon. */
const ALLOWED = [
  /^runtime\/upstream\//,
  /^cli\/http\.ts$/,
  /^cli\/watch\.ts$/,
  /^cli\/watch-catalog\.ts$/,
  /^cli\/fetch-text\.ts$/,
  /^cli\/download\.ts$/,
  /^transports\/mcp\/bridge\/wire\.ts$/,
];

test('nothing but the upstream client leaves the process', () => {
  const offences = ['runtime', 'transports', 'cli']
    .flatMap(sources)
    .filter(file => !ALLOWED.some(pattern => pattern.test(file)))
    .flatMap(file => waysOut(code(fs.readFileSync(path.join(ROOT, file), 'utf8'))).map(way => `${file} uses ${way}`));
  assert.deepEqual(offences, []);
});

test('the search finds every way out, and nothing where there is none', () => {
  const leaving = [
    'await fetch(url)',
    'const f = fetch;',
    "import { Agent } from 'undici';",
    "await import('undici/lib/dispatcher/agent.js')",
    "import { request } from 'node:http';",
    "import { type ClientRequest, request as send } from 'node:https';",
    "(await import('node:https')).request",
    'http.get(url)',
    'net.connect(80)',
    'new WebSocket(url)',
  ];
  for (const line of leaving) assert.equal(waysOut(code(line)).length > 0, true, line);
  const staying = [
    "import type { IncomingMessage } from 'node:http';",
    'handler.fetch(request)',
    '// await fetch(url)',
    'prefetch(x)',
    "import http from 'node:http';",
  ];
  for (const line of staying) assert.deepEqual(waysOut(code(line)), [], line);
});

function sources(folder: string): string[] {
  const start = path.join(ROOT, folder);
  if (!fs.existsSync(start)) return [];
  const found = fs.readdirSync(start, { recursive: true, encoding: 'utf8' });
  return found.filter(file => /\.tsx?$/.test(file)).map(file => `${folder}/${file.replaceAll(path.sep, '/')}`);
}

function waysOut(text: string): string[] {
  return Object.entries(WAYS_OUT)
    .filter(([, pattern]) => pattern.test(text))
    .map(([way]) => way);
}

/** Without comments: they may speak of what the code must not do. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
