import { useEffect } from 'react';
import { api } from './api.ts';
import { store, useStore } from './store.ts';

let asking: Promise<void> | undefined;
/** Ids that no token has (any more): they are not asked for again. */
const nameless = new Set<string>();

/** What a principal is called: the name of its token, else its id. */
export function useName(id: string): string {
  const name = useStore(context => context.names.get(id));
  const unknown = name === undefined && id.startsWith('tok_');
  useEffect(() => {
    if (unknown) learn(id);
  }, [unknown, id]);
  return name ?? id;
}

/** Asks for the names once, however many are missing. */
function learn(id: string): void {
  if (nameless.has(id)) return;
  asking ??= api
    .tokens()
    .then(({ items }) => store.trigger.named({ names: new Map(items.map(token => [token.id, token.name])) }))
    .catch(() => undefined) // ids will do
    .finally(() => {
      asking = undefined;
    });
  void asking.then(() => nameless.add(id));
}
