import type { KeptSession } from '../../runtime/streams.ts';

type Standing = NonNullable<KeptSession['standing']>;

/** One session may hold so many subscriptions that outlive the daemon. */
const SUBSCRIPTIONS = 1000;

/** What a client holds after a message: its subscriptions, and from which level on it is told what is logged. */
export function standingAfter(standing: Standing, method: string, params: Record<string, unknown> | undefined): Standing {
  const { uri, level } = params ?? {};
  if (method === 'logging/setLevel') return [...standing.filter(one => one.method !== method), { method, params: { level } }];
  if (typeof uri !== 'string') return standing;
  const isOther = (one: Standing[number]) => one.method !== 'resources/subscribe' || one.params.uri !== uri;
  if (method === 'resources/subscribe') return [...standing.filter(isOther), { method, params: { uri } }].slice(-SUBSCRIPTIONS);
  return method === 'resources/unsubscribe' && !standing.every(isOther) ? standing.filter(isOther) : standing;
}
