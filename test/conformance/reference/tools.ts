import { setTimeout as delay } from 'node:timers/promises';
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import { audio, image, nothing, said, strings, text } from './content.ts';

type Arguments = Record<string, unknown>;

/** A tool as the conformance suite asks for it. `era` is where it exists; in both unless told. */
export interface ReferenceTool {
  tool: Tool;
  era?: '2025' | '2026';
  run(args: Arguments, ctx: ServerContext): Promise<CallToolResult | InputRequiredResult>;
}

/** What server tools say when something in the lists changes. */
export interface Notices {
  toolsChanged(): void;
  promptsChanged(): void;
  resourceUpdated(uri: string): void;
}

export const tool = (
  name: string,
  description: string,
  run: ReferenceTool['run'],
  rest: { inputSchema?: Tool['inputSchema']; era?: '2025' | '2026' } = {},
): ReferenceTool => ({
  tool: { name, description, inputSchema: rest.inputSchema ?? nothing },
  ...(rest.era && { era: rest.era }),
  run,
});

const STEP_MS = 50;

/** How many calls of `wait` were cancelled. */
export const cancelled = { count: 0 };

/** Answers of every type, errors, progress and logging. */
const answers = (): ReferenceTool[] => [
  tool('test_simple_text', 'Answers with text', async () => said('This is a simple text response for testing.')),
  tool('test_image_content', 'Answers with an image', async () => ({ content: [image] })),
  tool('test_audio_content', 'Answers with audio', async () => ({ content: [audio] })),
  tool('test_embedded_resource', 'Answers with a resource', async () => ({
    content: [
      {
        type: 'resource',
        resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
      },
    ],
  })),
  tool('test_multiple_content_types', 'Answers with text, an image and a resource', async () => ({
    content: [
      text('Multiple content types test:'),
      image,
      {
        type: 'resource',
        resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
      },
    ],
  })),
  tool('test_error_handling', 'Always fails', async () => ({
    isError: true,
    content: [text('This tool intentionally returns an error for testing')],
  })),
  tool('test_tool_with_progress', 'Tells how far it is', async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100, message: `${progress}` } });
      }
      await delay(STEP_MS);
    }
    return said('Progress was told.');
  }),
  tool(
    'test_tool_with_logging',
    'Logs what it does',
    async (_, { mcpReq }) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
        await delay(STEP_MS);
      }
      return said('It was logged.');
    },
    { era: '2025' },
  ),
  tool(
    'test_reconnection',
    'Closes its stream before it answers',
    async (_, { http }) => {
      http?.closeSSE?.();
      await delay(2 * STEP_MS);
      return said('Reconnection test completed successfully.');
    },
    { era: '2025' },
  ),
];

/** Questions within a request, as the 2025 revisions have them. */
const questions = (): ReferenceTool[] => [
  tool(
    'test_sampling',
    'Asks the model of the client',
    async ({ prompt }, { mcpReq }) => {
      const { content } = (await mcpReq.requestSampling({
        messages: [{ role: 'user', content: text(String(prompt)) }],
        maxTokens: 100,
      })) as { content: { text?: string } };
      return said(`LLM response: ${content.text}`);
    },
    { era: '2025', inputSchema: strings('prompt') },
  ),
  tool(
    'roots_of_client',
    'Tells where the client works',
    async (_, { mcpReq }) => {
      const { roots } = (await mcpReq.send({ method: 'roots/list' })) as { roots: { uri: string }[] };
      return said(roots.map(({ uri }) => uri).join(' ') || 'nowhere');
    },
    { era: '2025' },
  ),
  tool(
    'test_elicitation',
    'Asks the user of the client',
    async ({ message }, ctx) => answered('User response', await elicit(ctx, String(message), strings('username', 'email'))),
    { era: '2025', inputSchema: strings('message') },
  ),
  tool(
    'test_elicitation_sep1034_defaults',
    'Asks with defaults',
    async (_, ctx) => answered('Elicitation completed', await elicit(ctx, 'Please review the defaults', DEFAULTS)),
    { era: '2025' },
  ),
  tool(
    'test_elicitation_sep1330_enums',
    'Asks with choices',
    async (_, ctx) => answered('Elicitation completed', await elicit(ctx, 'Please choose', CHOICES)),
    { era: '2025' },
  ),
];

/** What the 2026-07-28 revision adds besides rounds. */
const stateless = ({ toolsChanged, promptsChanged, resourceUpdated }: Notices): ReferenceTool[] => [
  tool('test_missing_capability', 'Needs sampling', needing('sampling'), { era: '2026' }),
  tool('test_streaming_elicitation', 'Streams, and asks nothing on the stream', async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    return said('Nothing was asked.');
  }),
  tool('test_logging_tool', 'Logs, where logging was asked for', async (_, { mcpReq }) => {
    await mcpReq.log('info', 'working');
    return said('It was logged, or not.');
  }),
  tool('test_trigger_tool_change', 'Changes the list of tools', async () => {
    toolsChanged();
    return said('changed');
  }),
  tool('test_trigger_prompt_change', 'Changes the list of prompts', async () => {
    promptsChanged();
    return said('changed');
  }),
  tool('touch', 'Changes the watched resource', async () => {
    resourceUpdated('test://watched-resource');
    return said('touched');
  }),
  tool('wait', 'Answers when it is cancelled, if ever', async (_, { mcpReq }) => {
    await new Promise(resolve => mcpReq.signal.addEventListener('abort', resolve));
    cancelled.count += 1;
    return said('cancelled');
  }),
  tool('test_custom_headers', 'Takes an argument that is mirrored in a header', async args => said(JSON.stringify(args)), {
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } }, required: ['region'] },
  }),
  tool('json_schema_2020_12_tool', 'Tool with JSON Schema 2020-12 features', async args => said(JSON.stringify(args)), {
    inputSchema: RICH_SCHEMA as unknown as Tool['inputSchema'],
  }),
];

export const plainTools = (notices: Notices): ReferenceTool[] => [...answers(), ...questions(), ...stateless(notices)];

/** What the client of a request says it can do. */
export const declaredIn = ({ envelope }: ServerContext['mcpReq']): ClientCapabilities =>
  ((envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;

function needing(capability: 'sampling'): ReferenceTool['run'] {
  return async (_, { mcpReq }) => {
    const declared = declaredIn(mcpReq);
    if (declared[capability] === undefined) {
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { [capability]: {} } });
    }
    return said(`The client has ${capability}.`);
  };
}

const elicit = ({ mcpReq }: ServerContext, message: string, requestedSchema: unknown) =>
  mcpReq.elicitInput({ message, requestedSchema } as Parameters<typeof mcpReq.elicitInput>[0]);

const answered = (what: string, { action, content }: { action: string; content?: unknown }) =>
  said(`${what}: action=${action}, content=${JSON.stringify(content ?? {})}`);

const DEFAULTS = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
  required: [],
};

const titled = (prefix: string, ...titles: string[]) => titles.map((title, i) => ({ const: `${prefix}${i + 1}`, title }));
const OPTIONS = ['option1', 'option2', 'option3'];
const CHOICES = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: OPTIONS },
    titledSingle: { type: 'string', oneOf: titled('value', 'First Option', 'Second Option', 'Third Option') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
    titledMulti: { type: 'array', items: { anyOf: titled('value', 'First Choice', 'Second Choice', 'Third Choice') } },
  },
  required: [],
};

/** To the letter what the scenario `json-schema-2020-12` compares with. */
const RICH_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  additionalProperties: false,
};
