import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { openApi } from '../api.ts';
import { commandLine, type DaemonProcess, DIST, surroundings } from '../daemon.ts';
import type { Ending } from '../upstream-recorder.ts';
import { type Elicited, Gone, type Manner, ScriptedSession, statelessCall, type Wire } from './scripted.ts';

/**
 * A way in as its users know it: what a client does that others do not, in a script. It makes a call that waits for a form, answers one that
 * waits (its own or another's), and looks at an outcome. What is given back is what `call` and `resume` answer.
 */
export interface Emulator {
  name: string;
  /** It is the owner, whose executions no agent sees. */
  isOwner?: true;
  pause(path: string, input: Record<string, unknown>): Promise<Wire>;
  /** Fills the form that the execution waits for. */
  fill(executionId: string, content: Record<string, unknown>): Promise<Wire>;
  look(executionId: string): Promise<Wire>;
}

/** Where the daemon is, and as whom the agents come to it. */
interface Way {
  url: string;
  token: string;
}

type Speak = (name: string, args: Record<string, unknown>, user?: (question: Wire) => Elicited) => Promise<Wire>;

/** No window to ask in: the form goes in with `resume`. */
const withoutForms = (name: string, speak: Speak): Emulator => ({
  name,
  pause: (path, input) => speak('call', { path, input }),
  fill: (executionId, content) => speak('resume', { executionId, action: 'accept', content }),
  look: executionId => speak('resume', { executionId }),
});

/** The user is asked in the client: closes the window first, and fills the form when asked again. */
const withForms = (name: string, speak: Speak): Emulator => ({
  ...withoutForms(name, speak),
  pause: (path, input) => speak('call', { path, input }, () => ({ action: 'cancel' })),
  fill: (executionId, content) =>
    speak('resume', { executionId }, question => {
      assert.ok(question.requestedSchema, 'it is a form');
      return { action: 'accept', content };
    }),
});

/** ChatGPT: a session for every call, and never a goodbye. */
const chatGpt = ({ url, token }: Way): Emulator =>
  withoutForms('ChatGPT', async (name, args) => {
    const session = await ScriptedSession.open(url, { token, name: 'openai-mcp', version: '2025-06-18' });
    return session.call(name, args);
  });

/** Cursor: ends its session between calls, finds out by a 404, and opens another; refuses names over 60 characters. */
function cursor({ url, token }: Way): Emulator {
  const manner: Manner = { token, name: 'cursor-vscode', version: '2025-06-18' };
  let session: ScriptedSession | undefined;
  const once: Speak = async (name, args) => {
    if (!session) {
      session = await ScriptedSession.open(url, manner);
      const { tools } = await session.ask('tools/list');
      for (const tool of tools) assert.ok(tool.name.length <= 60, tool.name);
    }
    return session.call(name, args);
  };
  return withoutForms('Cursor', async (name, args) => {
    try {
      return await once(name, args);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      session = undefined;
      return await once(name, args);
    } finally {
      await session?.end();
    }
  });
}

/** One session for the client's life, with a stream that it listens to and never acts upon. */
async function listening(t: Ending, url: string, manner: Manner): Promise<ScriptedSession> {
  const session = await ScriptedSession.open(url, manner);
  const stop = await session.listen();
  t.after(stop);
  return session;
}

/** Claude Code: declares `elicitation: {form: {}}`, never initializes again, and takes no result over 25,000 tokens. */
async function claudeCode(t: Ending, { url, token }: Way): Promise<Emulator> {
  const session = await listening(t, url, {
    token,
    name: 'claude-code',
    version: '2025-11-25',
    capabilities: { elicitation: { form: {} }, roots: {} },
  });
  return withForms('Claude Code', async (...asked) => {
    const answer = await session.call(...asked);
    assert.ok(JSON.stringify(answer).length < 25_000 * 3);
    return answer;
  });
}

/** claude.ai: hangs up on what takes long, and asks anew. */
async function claudeAi({ url, token }: Way): Promise<Emulator> {
  const session = await ScriptedSession.open(url, { token, name: 'claude-ai', version: '2025-06-18', progress: true });
  const plain = withoutForms('claude.ai', (...asked) => session.call(...asked));
  return {
    ...plain,
    async fill(executionId, content) {
      await session.cutOff('tools/call', { name: 'resume', arguments: { executionId } });
      return plain.fill(executionId, content);
    },
  };
}

/** Codex: knows the tools it listed first, for good; asks for progress; its elicitation is `{}`. */
async function codex({ url, token }: Way): Promise<Emulator> {
  const session = await ScriptedSession.open(url, {
    token,
    name: 'codex-mcp-client',
    version: '2025-06-18',
    capabilities: { elicitation: {} },
    progress: true,
  });
  const known = new Set((await session.ask('tools/list')).tools.map(({ name }: { name: string }) => name));
  return withForms('Codex', (name, ...asked) => {
    assert.ok(known.has(name));
    return session.call(name, ...asked);
  });
}

/** OpenCode: one bad output schema and it drops the server; does not hear that lists change. */
async function openCode(t: Ending, { url, token }: Way): Promise<Emulator> {
  const session = await listening(t, url, { token, name: 'opencode', version: '2025-06-18' });
  const { tools } = await session.ask('tools/list');
  for (const { outputSchema } of tools) if (outputSchema !== undefined) assert.equal(outputSchema.type, 'object');
  return withoutForms('OpenCode', (...asked) => session.call(...asked));
}

/** VS Code: the newest 2025 revision, forms and links, progress; refuses names over 64 characters or with dots. */
async function vsCode(t: Ending, { url, token }: Way): Promise<Emulator> {
  const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: { listChanged: true } };
  const session = await listening(t, url, { token, name: 'Visual Studio Code', version: '2025-11-25', capabilities, progress: true });
  for (const { name } of (await session.ask('tools/list')).tools) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
  return withForms('VS Code', (...asked) => session.call(...asked));
}

const plainSession = async ({ url, token }: Way): Promise<Emulator> => {
  const session = await ScriptedSession.open(url, { token, name: 'plain', version: '2025-03-26' });
  return withoutForms('no elicitation', (...asked) => session.call(...asked));
};

const formOnly = async ({ url, token }: Way): Promise<Emulator> => {
  const session = await ScriptedSession.open(url, { token, name: 'forms', version: '2025-06-18', capabilities: { elicitation: {} } });
  return withForms('form-only elicitation', (...asked) => session.call(...asked));
};

/** 2026-07-28: no session; a question is an answer, and the call comes again with what the user said. */
const stateless = ({ url, token }: Way): Emulator =>
  withForms('2026-07-28', async (name, args, user) => {
    const able = { elicitation: { form: {}, url: {} } };
    let result = await statelessCall(url, name, args, { able, token });
    while (result.resultType === 'input_required') {
      const asked = Object.entries<Wire>(result.inputRequests);
      const inputResponses = Object.fromEntries(asked.map(([key, { params }]) => [key, user!(params)]));
      result = await statelessCall(url, name, args, { able, token, more: { inputResponses, requestState: result.requestState } });
    }
    return result.structuredContent;
  });

/** A client that launches `executor mcp`. */
async function stdio(t: Ending, bridge: { command: string; args: string[]; env: Record<string, string> }): Promise<Emulator> {
  const client = new Client({ name: 'stdio', version: '1' });
  await client.connect(new StdioClientTransport({ ...bridge, stderr: 'ignore' }));
  t.after(() => client.close());
  return withoutForms('stdio', async (name, args) => (await client.callTool({ name, arguments: args })).structuredContent);
}

/** The answer of a route as `call` and `resume` tell it. */
const told = ({ ok, state, data, result, error, executionId, id }: Wire): Wire => ({
  status: ok === true || state === 'done' ? 'done' : error?.code === 'execution_paused' || state === 'paused' ? 'paused' : 'failed',
  executionId: executionId ?? id ?? error?.executionId,
  result: data ?? result,
});

function http({ url, token }: Way): Emulator {
  const api = openApi(url, token);
  return {
    name: 'HTTP',
    pause: async (path, input) => told((await api.invoke(path, input)).body),
    fill: async (id, content) => told((await api.resume(id, { action: 'accept', content })).body),
    look: async id => told((await api.get(`/api/executions/${id}?wait=60`)).body),
  };
}

/** The page: a session from a sign-in link, and the route its buttons use. */
async function page({ url, api }: DaemonProcess): Promise<Emulator> {
  const link = new URL((await api.post('/api/session/link')).body.url);
  const code = new URLSearchParams(link.hash.split('?')[1]).get('code');
  const { headers, body } = await openApi(url).post('/api/session', { code });
  const own = { headers: { cookie: headers.get('set-cookie')!.split(';')[0]!, 'x-executor-session': body.half } };
  const guest = openApi(url);
  return {
    name: 'UI',
    isOwner: true,
    pause: async (path, input) => told((await guest.invoke(path, input, own)).body),
    fill: async (id, content) => told((await guest.post(`/api/executions/${id}/resume`, { action: 'accept', content }, own)).body),
    look: async id => told((await guest.get(`/api/executions/${id}?wait=60`, own)).body),
  };
}

function shell(dataDir: string, { token }: Way): Emulator {
  const run = commandLine(dataDir, { EXECUTOR_TOKEN: token });
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await run([...args, '--json']);
    assert.notEqual(stdout, '', stderr);
    return told(JSON.parse(stdout));
  };
  return {
    name: 'CLI',
    pause: (path, input) => json('call', path, JSON.stringify(input)),
    fill: (id, content) => json('resume', '--execution-id', id, '--content', JSON.stringify(content), '--yes'),
    look: id => json('executions', 'show', id),
  };
}

/** Everybody, at one daemon. The agents, the shell and the script over HTTP are one principal. */
export function everybody(t: Ending, daemon: DaemonProcess, { dataDir, token }: { dataDir: string; token: string }): Promise<Emulator[]> {
  const way = { url: daemon.url, token };
  const bridge = { command: process.execPath, args: [join(DIST, 'cli.js'), 'mcp'], env: surroundings(dataDir, { EXECUTOR_TOKEN: token }) };
  return Promise.all([
    chatGpt(way),
    cursor(way),
    claudeCode(t, way),
    claudeAi(way),
    codex(way),
    openCode(t, way),
    vsCode(t, way),
    plainSession(way),
    formOnly(way),
    stateless(way),
    stdio(t, bridge),
    http(way),
    page(daemon),
    shell(dataDir, way),
  ]);
}
