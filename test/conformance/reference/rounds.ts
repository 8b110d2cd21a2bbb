import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  type InputRequests,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { said, strings, text } from './content.ts';
import { declaredIn, type ReferenceTool, tool } from './tools.ts';

type Form = Parameters<typeof inputRequired.elicit>[0]['requestedSchema'];

const form = (message: string, ...names: string[]) => inputRequired.elicit({ message, requestedSchema: strings(...names) as Form });
const confirm = inputRequired.elicit({
  message: 'Please confirm',
  requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
});
const sample = (question: string, maxTokens = 100) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(question) }], maxTokens });
const roots = inputRequired.listRoots();

/** Tools that ask by `input_required`, as the conformance suite of 2026-07-28 wants them. */
export const roundTools = (): ReferenceTool[] => [
  rounds('test_input_required_result_elicitation', { user_name: form('What is your name?', 'name') }),
  rounds('test_input_required_result_sampling', { capital_question: sample('What is the capital of France?') }),
  rounds('test_input_required_result_list_roots', { client_roots: roots }),
  rounds('test_input_required_result_request_state', { confirm }, 'state-ok'),
  rounds('test_input_required_result_tampered_state', { confirm }, 'state-ok'),
  rounds(
    'test_input_required_result_multiple_inputs',
    { user_name: form('What is your name?', 'name'), greeting: sample('Generate a greeting', 50), client_roots: roots },
    'all there',
  ),
  tool(
    'test_input_required_result_multi_round',
    'Asks twice',
    async (_, { mcpReq }) => {
      const step = mcpReq.requestState<string>();
      if (step === 'step2' && isThere(mcpReq.inputResponses, 'step2')) return said('Both were said.');
      const second = step === 'step1' && isThere(mcpReq.inputResponses, 'step1');
      return second
        ? inputRequired({ inputRequests: { step2: form('Step 2: What is your favorite color?', 'color') }, requestState: sealed('step2') })
        : inputRequired({ inputRequests: { step1: form('Step 1: What is your name?', 'name') }, requestState: sealed('step1') });
    },
    { era: '2026' },
  ),
  tool(
    'test_input_required_result_capabilities',
    'Asks only what the client can answer',
    async (_, ctx) => inputRequired({ inputRequests: askable(ctx, { who: form('Who?', 'name'), greeting: sample('Greet') }) }),
    { era: '2026' },
  ),
];

/** What is needed for the prompt that asks first. */
export const promptQuestion = { user_context: form('What context should the prompt use?', 'context') };

export const isThere = (responses: Record<string, unknown> | undefined, ...keys: string[]) =>
  keys.every(key => inputResponse(responses, key).kind !== 'missing');

/** Asks until everything is there, then answers with what was said. With `word` it keeps a sealed state in between. */
function rounds(name: string, questions: InputRequests, word?: string): ReferenceTool {
  return tool(
    name,
    'Asks before it answers',
    async (_, { mcpReq }) => {
      const isComplete = isThere(mcpReq.inputResponses, ...Object.keys(questions));
      if (isComplete && (word === undefined || mcpReq.requestState<string>() === name)) {
        return said(`${word ?? 'Said'}: ${JSON.stringify(mcpReq.inputResponses)}`);
      }
      return inputRequired({ inputRequests: questions, ...(word !== undefined && { requestState: sealed(name) }) });
    },
    { era: '2026' },
  );
}

const METHODS: Record<string, 'elicitation' | 'sampling' | 'roots'> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

function askable({ mcpReq }: ServerContext, questions: InputRequests): InputRequests {
  const declared = declaredIn(mcpReq);
  return Object.fromEntries(Object.entries(questions).filter(([, { method }]) => declared[METHODS[method]!] !== undefined));
}

const KEY = 'only for tests';
const tag = (words: string) => createHmac('sha256', KEY).update(words).digest('base64url');
const sealed = (words: string) => `${Buffer.from(words).toString('base64url')}.${tag(words)}`;

/** Opens a state that this server sealed. */
export function unseal(state: string): string {
  const [body = '', given = ''] = state.split('.');
  const words = Buffer.from(body, 'base64url').toString();
  const expected = tag(words);
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'requestState was tampered with');
  }
  return words;
}
