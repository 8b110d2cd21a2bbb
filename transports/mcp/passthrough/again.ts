import type { Server, ServerContext } from '@modelcontextprotocol/server';
import { isSettled } from '../answer.ts';
import type { Answer, Asking } from '../asking.ts';
import { hold } from '../hold.ts';
import { outcome } from '../outcome.ts';
import { Owed } from './owed.ts';
import type { Place } from './server.ts';
import { tasksOf } from './tasks.ts';

/** The answer to a call that was under way in an earlier life of the daemon, whose client has taken up its stream again. */
export async function answeredAgain(executionId: string, place: Place, server: Server, ctx: ServerContext): Promise<Answer> {
  const plain = tasksOf(place, server).askingOf(ctx);
  const asking: Asking = {
    ...plain,
    async answer(view) {
      const answer = await plain.answer(view);
      if (!isSettled(view)) await place.owed.put(Owed.key(view.principal, view.tool ?? '', view.askedInput ?? view.input), view.id);
      return answer;
    },
  };
  return outcome(await hold(asking.runtime.executions.get(executionId, asking.principal), asking), asking);
}
