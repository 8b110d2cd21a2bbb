import { setTimeout as delay } from 'node:timers/promises';
import { inputRequired, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { said, strings, text } from './content.ts';
import { isThere } from './rounds.ts';
import { type ReferenceTool, tool } from './tools.ts';

const JOB_MS = 1500;

/** With a name, which the suite gives as well where it answers in parts. */
const yes = (message: string) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' }, name: { type: 'string' } } },
  });
const named = inputRequired.elicit({
  message: 'What is your name?',
  requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
});

/**
 * Tools that take long, by the names the scenarios of the Tasks extension ask for. This server knows no tasks: through `/mcp/<namespace>`
 * what takes long is one.
 */
export const jobTools = (): ReferenceTool[] => JOBS.map(job => ({ ...job, tool: { ...job.tool, annotations: { readOnlyHint: true } } }));

const JOBS: ReferenceTool[] = [
  tool('greet', 'Greets at once', async ({ name }) => said(`Hello, ${name}!`), { era: '2026', inputSchema: strings('name') }),
  tool(
    'slow_compute',
    'Takes as many seconds as it is told',
    async ({ seconds, label }, { mcpReq: { signal } }) => {
      await delay(Number(seconds) * 1000, undefined, { signal });
      return said(`computed ${label}`);
    },
    {
      era: '2026',
      inputSchema: { type: 'object', properties: { seconds: { type: 'number' }, label: { type: 'string' } }, required: ['seconds'] },
    },
  ),
  tool(
    'failing_job',
    'Fails after a while',
    later(async () => ({ isError: true, content: [text('The job failed.')] })),
    { era: '2026' },
  ),
  tool(
    'protocol_error_job',
    'Ends in a protocol error after a while',
    later(async () => {
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'The job broke.');
    }),
    { era: '2026' },
  ),
  asking('confirm_delete', { confirm: yes('Delete it?') }),
  asking('multi_input', { first: yes('The first?'), second: yes('The second?') }),
  tool(
    'test_tool_with_task',
    'Asks first, then takes long',
    async (_, { mcpReq }) => {
      if (!isThere(mcpReq.inputResponses, 'user_name')) return inputRequired({ inputRequests: { user_name: named } });
      await delay(JOB_MS);
      return said(`Done for ${JSON.stringify(mcpReq.inputResponses)}`);
    },
    { era: '2026' },
  ),
];

function later(run: ReferenceTool['run']): ReferenceTool['run'] {
  return async (args, ctx) => {
    await delay(JOB_MS);
    return run(args, ctx);
  };
}

/** Works for a while, then asks. */
function asking(name: string, questions: Parameters<typeof inputRequired>[0]['inputRequests'] & object): ReferenceTool {
  return tool(
    name,
    'Works for a while, then asks',
    async (_, { mcpReq }) => {
      if (isThere(mcpReq.inputResponses, ...Object.keys(questions))) return said(`Said: ${JSON.stringify(mcpReq.inputResponses)}`);
      await delay(JOB_MS);
      return inputRequired({ inputRequests: questions });
    },
    { era: '2026', inputSchema: { type: 'object', properties: { filename: { type: 'string' } } } },
  );
}
