import type { Daemon } from './daemon.ts';
import { describeApi } from './document.ts';
import type { Random } from './random.ts';
import type { Upstream } from './upstream.ts';

/** Adds, removes and refreshes sources while everybody works. */
export function createShaker(upstream: Upstream, random: Random) {
  /** What the last acknowledged act leaves; undefined while nobody can know. */
  const there = new Map<string, boolean | undefined>();

  const bodyOf = (namespace: string) =>
    namespace === 'extra'
      ? { namespace, spec: describeApi(namespace, upstream.origin, 1) }
      : { namespace, url: `${upstream.origin}/${namespace}/openapi.json` };

  async function act(daemon: Daemon, namespace: string, expected: boolean, method: string, path: string, body?: unknown) {
    const before = there.get(namespace);
    there.set(namespace, undefined);
    const reply = await daemon.ask(method, path, body);
    if (reply && reply.status < 300) there.set(namespace, expected);
    else if (reply) there.set(namespace, before);
    return reply;
  }
  const add = (daemon: Daemon, namespace: string) => act(daemon, namespace, true, 'POST', '/api/sources', bodyOf(namespace));

  return {
    there: there as ReadonlyMap<string, boolean | undefined>,
    add,
    async shake(daemon: Daemon): Promise<void> {
      const namespace = random.pick(['moody', 'moody', 'extra']);
      const wish = random.below(4);
      if (wish === 0) await act(daemon, namespace, false, 'DELETE', `/api/sources/${namespace}`);
      if (wish <= 1) await add(daemon, namespace);
      if (wish >= 2) {
        if (random.chance(0.6)) upstream.revise(namespace);
        await daemon.ask('POST', `/api/sources/${namespace}/refresh`, {});
      }
    },
  };
}
export type Shaker = ReturnType<typeof createShaker>;
