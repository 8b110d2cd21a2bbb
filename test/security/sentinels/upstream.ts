import type { ServerResponse } from 'node:http';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { type Authority, createAuthority } from '../../oauth/authority.ts';
import { shopDocument } from '../../oauth/shop.ts';
import { type Arrived, answerJson, type Ending, recordUpstream } from '../../upstream-recorder.ts';

const schemaThatSays = (text: string) =>
  introspectionFromSchema(
    buildSchema(`type Query { ${JSON.stringify(text)} echo: String fail: String } type Mutation { ${JSON.stringify(text)} write: String }`),
  );

const SCHEMES = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  query: { type: 'apiKey', in: 'query', name: 'api_key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
  token: { type: 'http', scheme: 'bearer' },
  login: { type: 'http', scheme: 'basic' },
};
const SECURITY = [{ key: [] }, { query: [] }, { cookie: [] }, { token: [] }, { login: [] }, { key: [], query: [] }];

/**
 * An API, a GraphQL endpoint, an MCP server and an authorization server at one address, all of which say back whatever they were sent: as
 * data, as failures, in headers, in questions, in what they say of themselves and of their tools.
 */
export async function openEcho(t: Ending) {
  const authority = createAuthority({ rotates: true, tokenAuth: ['client_secret_basic', 'private_key_jwt'] });
  const { origin, arrived, close } = await recordUpstream(t, (request, res) => {
    if (request.path === '/openapi.json') return answerJson(res, 200, document(origin, said(request)));
    if (request.path.startsWith('/broken')) return answerJson(res, 500, { sent: request });
    if (request.path === '/graphql') return graphql(request, res);
    if (request.path === '/mcp') return mcp(request, res);
    if (!authority.answer(request, res, origin)) api(request, res, authority);
  });
  return { origin, authority, arrived, close };
}
export type Echo = Awaited<ReturnType<typeof openEcho>>;

/** The shop, with an operation for each way to say something back. */
function document(origin: string, back: unknown) {
  const { paths, info, ...rest } = shopDocument({ origin, schemes: SCHEMES, security: SECURITY });
  const description = `asked for with ${JSON.stringify(back)}`;
  const more = Object.fromEntries(
    ['moved', 'torn', 'refused'].map(name => [
      `/${name}`,
      { get: { operationId: name, tags: ['odd'], summary: description, description, responses: { 200: { description } } } },
    ]),
  );
  return { ...rest, info: { ...info, description }, paths: { ...paths, ...more } };
}

const said = ({ headers, path, query, text }: Arrived) => ({ headers, url: `${path}?${query}`, text });

function api(request: Arrived, res: ServerResponse, authority: Authority): void {
  const back = said(request);
  const { authorization, cookie, 'x-key': key } = request.headers;
  res.setHeader('x-sent', encodeURIComponent(JSON.stringify({ authorization, cookie, key })));
  if (key !== undefined) res.setHeader('x-key', key);
  if (request.path === '/moved') {
    res.writeHead(302, { location: `http://localhost:1/?was=${encodeURIComponent(JSON.stringify(back))}` }).end();
  } else if (request.path === '/torn') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' }).write(JSON.stringify(back).slice(0, -1));
    setImmediate(() => res.destroy());
  } else if (request.path === '/refused' || (/^Bearer access-/.test(authorization ?? '') && !authority.knows(authorization))) {
    res.writeHead(401, {
      'www-authenticate': `Bearer error="invalid_token", error_description="${encodeURIComponent(JSON.stringify(back))}"`,
    });
    res.end(JSON.stringify(back));
  } else answerJson(res, request.path === '/me' ? 400 : 200, back);
}

function graphql(request: Arrived, res: ServerResponse): unknown {
  if (request.text.includes('__schema')) return answerJson(res, 200, { data: schemaThatSays(JSON.stringify(request.headers)) });
  const text = JSON.stringify(said(request));
  if (request.text.includes('fail'))
    return answerJson(res, 200, { data: { fail: null }, errors: [{ message: text, extensions: { text } }] });
  return answerJson(res, 200, { data: { echo: text, write: text } });
}

/** Streamable HTTP as of 2025-11-25, without sessions. */
function mcp(request: Arrived, res: ServerResponse): unknown {
  if (request.method !== 'POST') return res.writeHead(405).end();
  const { id, method, params } = JSON.parse(request.text) as { id?: unknown; method?: string; params?: { name?: string; uri?: string } };
  if (id === undefined || method === undefined) return res.writeHead(202).end();
  const text = JSON.stringify(request.headers);
  const list = (name: string) => ({
    name,
    title: `${name}, ${Buffer.from(text).toString('base64')}`,
    description: `Does ${name} with ${text}`,
    inputSchema: { type: 'object', properties: { more: { type: 'string', description: text } } },
    outputSchema: { type: 'object', description: encodeURIComponent(text) },
  });
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, resources: {}, prompts: {} },
      serverInfo: { name: 'echo', title: `Echo of ${text}`, version: '1' },
      instructions: text,
    },
    ping: {},
    'tools/list': { tools: ['echo', 'fail', 'refuse'].map(list) },
    'resources/list': { resources: [{ name: 'sent', uri: 'echo://sent', description: text }] },
    'resources/templates/list': { resourceTemplates: [] },
    'resources/read': {
      contents: [
        { uri: params?.uri, text },
        { uri: params?.uri, blob: Buffer.from(text).toString('base64') },
      ],
    },
    'prompts/list': { prompts: [{ name: 'sent', description: text }] },
    'prompts/get': { messages: [{ role: 'user', content: { type: 'text', text } }] },
    'tools/call': { content: [{ type: 'text', text }], structuredContent: { text }, isError: params?.name === 'fail' },
  };
  if (params?.name === 'refuse' && method === 'tools/call')
    return answerJson(res, 200, { jsonrpc: '2.0', id, error: { code: -32000, message: `refused: ${text}`, data: { text } } });
  if (results[method] === undefined)
    return answerJson(res, 200, { jsonrpc: '2.0', id, error: { code: -32601, message: `no ${method}: ${text}` } });
  return answerJson(res, 200, { jsonrpc: '2.0', id, result: results[method] });
}
