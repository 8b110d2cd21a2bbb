import { randomUUID } from 'node:crypto';
import { type ElicitRequest, type InputRequests, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { isSettled, isWaiting, pendingOf } from './answer.ts';
import type { Answer, Answered, Asking } from './asking.ts';
import { give } from './give.ts';
import { hold, holdForPerson } from './hold.ts';
import { formFor, LINK, linkFor } from './questions.ts';
import { taskAnswer } from './tasks/task.ts';

/**
 * How an execution is answered after it was held: with its outcome, or, when it waits for a person whom the client can reach, by
 * putting the question to that person first. Nothing is asked twice, and whatever cannot be asked or is not answered ends as `paused`,
 * which any session can take up.
 */
export function outcome(view: ExecutionView, asking: Asking): Promise<Answer> {
  return asking.task?.atOnce ? taskAnswer(view, asking) : converse(view, asking, []);
}

/** How `resume` without an action looks: whoever can be asked is asked at once, anybody else's answer is waited for a while. */
export async function look(id: string, asking: Asking): Promise<Answer> {
  const view = await hold(asking.runtime.executions.get(id, asking.principal), asking);
  if (asking.task?.atOnce) return taskAnswer(view, asking);
  const askable = isWaiting(view) && Object.keys(questionsOf(view, asking, [])).length > 0;
  return converse(askable ? view : await holdForPerson(id, asking), asking, []);
}

/** The request came again with what the user said (2026-07-28). The call it names is made already and is never made anew. */
export async function retried({ asked, responses }: Answered, asking: Asking): Promise<Answer> {
  const view = asking.runtime.executions.get(asked.executionId, asking.principal);
  return converse(await heard(view, responses, asking), asking, asked.keys);
}

async function converse(first: ExecutionView, asking: Asking, askedBefore: readonly string[]): Promise<Answer> {
  const { elicitation } = asking;
  let view = first;
  let keys = [...askedBefore];
  for (;;) {
    const said = foreseen(view, asking);
    if (said) {
      view = await heard(view, said, asking);
      continue;
    }
    const questions = isWaiting(view) ? questionsOf(view, asking, keys) : {};
    if (Object.keys(questions).length === 0) return told(view, asking);
    keys = [...keys, ...askedNow(view, questions, asking)];
    if (elicitation.seal) {
      return inputRequired({ inputRequests: questions, requestState: await elicitation.seal({ executionId: view.id, keys }) });
    }
    const responses = await askOneByOne(questions, asking);
    if (!responses) return told(view, asking);
    view = await heard(view, responses, asking);
  }
}

/** What would have to be fetched later is a task, where the client knows what that is. */
const told = (view: ExecutionView, asking: Asking): Promise<Answer> =>
  asking.task && !isSettled(view) && !isWaiting(view) ? taskAnswer(view, asking) : asking.answer(view);

/** Forms for whoever may answer here, one link for all the rest. */
function questionsOf(view: ExecutionView, asking: Asking, askedBefore: readonly string[]): InputRequests {
  const questions: InputRequests = {};
  for (const interaction of pendingOf(view)) {
    const name = asking.nameOf?.(interaction) ?? interaction.id;
    const question = asking.elicitation.form ? formFor(interaction, view, asking.principal) : undefined;
    if (askedBefore.includes(interaction.id)) continue;
    if (question) questions[name] = question;
    else if (asking.elicitation.url) questions[LINK] = linkFor(interaction, `${asking.baseUrl}/resume/${view.id}`);
  }
  if (askedBefore.includes(LINK)) delete questions[LINK];
  return questions;
}

/** What has been asked of an execution by now: forms by the ids of their interactions, links all as one. */
const askedNow = (view: ExecutionView, questions: InputRequests, asking: Asking): string[] => [
  ...pendingOf(view).flatMap(interaction => ((asking.nameOf?.(interaction) ?? interaction.id) in questions ? [interaction.id] : [])),
  ...(LINK in questions ? [LINK] : []),
];

/** The answers to pending questions that were put before they came up. */
function foreseen(view: ExecutionView, asking: Asking): Record<string, unknown> | undefined {
  for (const interaction of isWaiting(view) ? pendingOf(view) : []) {
    const said = asking.foreseen?.(interaction);
    if (said !== undefined) return { [asking.nameOf?.(interaction) ?? interaction.id]: said };
  }
  return undefined;
}

/** 2025: one after the other, because clients show one question at a time. Undefined when the client fails to ask. */
async function askOneByOne(questions: InputRequests, { elicitation }: Asking): Promise<Record<string, unknown> | undefined> {
  const responses: Record<string, unknown> = {};
  try {
    for (const [key, question] of Object.entries(questions)) {
      const { params } = question as ElicitRequest;
      responses[key] = await elicitation.ask!(params.mode === 'url' ? { ...params, elicitationId: randomUUID() } : params);
    }
    return responses;
  } catch {
    return undefined;
  }
}

/** Takes the answers: a form's is given to the runtime, a link's means only "look again". */
async function heard(view: ExecutionView, responses: Record<string, unknown>, asking: Asking): Promise<ExecutionView> {
  for (const interaction of pendingOf(view)) await give(interaction, responses, asking);
  const link = inputResponse(responses, LINK);
  if (link.kind === 'elicit' && link.action === 'accept') return holdForPerson(view.id, asking);
  return hold(asking.runtime.executions.get(view.id, asking.principal), asking);
}
