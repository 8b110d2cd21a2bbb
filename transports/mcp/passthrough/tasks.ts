import type { Server } from '@modelcontextprotocol/server';
import { isSettled } from '../answer.ts';
import { askingOf } from '../server.ts';
import type { TaskPlace } from '../tasks/place.ts';
import { mcpAnswer, plainAnswer } from './answer.ts';
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
        answer(view) {
          if (isSettled(view)) {
            inquiries.drop(view.id);
            owed.drop(Owed.key(view.principal, view.tool ?? '', view.askedInput ?? view.input));
          }
          return upstream ? mcpAnswer(view, plain) : plainAnswer(view, plain);
        },
      };
    },
    inputs: ({ id }) => inquiries.of(id)?.open() ?? {},
    take: ({ id }, responses) => inquiries.of(id)?.answer(responses),
  };
}
