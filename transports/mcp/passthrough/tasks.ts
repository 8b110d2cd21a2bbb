import type { Server } from '@modelcontextprotocol/server';
import { isSettled, isWaiting, pendingOf } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { give } from '../give.ts';
import { askingOf } from '../server.ts';
import { takeInputs } from '../tasks/inputs.ts';
import type { TaskPlace } from '../tasks/place.ts';
import { mcpAnswer, plainAnswer } from './answer.ts';
import type { Inquiry } from './inquiries.ts';
import { Owed } from './owed.ts';
import type { Place } from './server.ts';

/** The calls of a source shown by itself as tasks; what an MCP server asks of the client meanwhile is asked with them. */
export function tasksOf(place: Place, server: Server): TaskPlace {
  const { surface, through, upstream, inquiries, owed } = place;
  return {
    source: through.namespace,
    askingOf(ctx) {
      const plain = askingOf(surface, server, ctx);
      return {
        ...plain,
        nameOf: ({ id, executionId }) => inquiries.of(executionId)?.keyOf(id) ?? id,
        answer(view) {
          if (isSettled(view)) {
            inquiries.drop(view.id);
            owed.drop(Owed.key(view.principal, view.tool ?? '', view.askedInput ?? view.input));
          }
          return upstream ? mcpAnswer(view, plain) : plainAnswer(view, plain);
        },
      };
    },
    inputs: ({ id }, { elicitation }) => ({ ...(elicitation.form && inquiries.of(id)?.foreseen()), ...inquiries.of(id)?.open() }),
    async take({ id }, responses, asking) {
      const { runtime, principal } = asking;
      const inquiry = inquiries.of(id);
      inquiry?.answerTask(responses);
      await takeInputs(runtime.executions.get(id, principal), responses, asking);
      if (inquiry) await giveForeseen(id, inquiry, asking);
    },
  };
}

/** The next question of a round comes up without the server being asked: by then it is there. */
const TURN_SECONDS = 60;

/** Hands over what was said before its turn had come, as far as the turns have come. */
async function giveForeseen(id: string, inquiry: Inquiry, asking: Asking): Promise<void> {
  const { runtime, principal } = asking;
  for (let isGiven = true; isGiven && inquiry.isSaid; ) {
    const view = await runtime.executions.wait(id, principal, { seconds: TURN_SECONDS });
    isGiven = false;
    for (const interaction of isWaiting(view) ? pendingOf(view) : []) {
      const said = inquiry.said(interaction.id);
      if (said === undefined) continue;
      await give(interaction, { [inquiry.keyOf(interaction.id)]: said }, asking);
      isGiven = true;
    }
  }
}
