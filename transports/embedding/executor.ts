import type { CallState } from '../../machines/schema/call.ts';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Execution, Executor, ExecutorOptions, Source, Waiting } from './types.ts';

/** As long as `invoke` holds a request. */
const HOLD_SECONDS = 300;
const INDEXING_SECONDS = 600;

/**
 * The runtime in this process, without a daemon: everything it does is on disk, and everything that waits goes on in the next process.
 * @throws FaultError internal when another process holds the directory, or it cannot be written
 */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const runtime = await createRuntime(options);
  const { owner } = runtime.principals;
  const rest = async (id: string, { seconds = HOLD_SECONDS, signal }: Waiting = {}): Promise<Execution> =>
    (await runtime.executions.wait(id, owner, { seconds, ...(signal && { signal }) })) as Execution;

  return {
    version: runtime.version,
    dataDir: runtime.dataDir,
    sources: {
      async add(request) {
        const { namespace } = await runtime.sources.add(request as Parameters<Runtime['sources']['add']>[0]);
        return (await runtime.sources.wait(namespace, { seconds: INDEXING_SECONDS })) as Source;
      },
      list: () => runtime.sources.list() as Source[],
      get: namespace => runtime.sources.get(namespace) as Source,
      refresh: namespace => runtime.sources.refresh(namespace),
      remove: namespace => runtime.sources.remove(namespace),
    },
    tools: {
      search: (q, given = {}) => runtime.tools.search({ q, ...given, principal: owner }),
      describe: path => runtime.tools.describe(path, owner),
    },
    async call(path, input = {}, { connection, idempotencyKey, ...waiting } = {}) {
      const { id } = await runtime.executions.invoke({
        path,
        input,
        principal: owner,
        ...(connection !== undefined && { connection }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
      return rest(id, waiting);
    },
    async run(code, { timeoutMs, ...waiting } = {}) {
      const { id } = await runtime.executions.start({ code, principal: owner, ...(timeoutMs !== undefined && { timeoutMs }) });
      return rest(id, waiting);
    },
    executions: {
      get: id => runtime.executions.get(id, owner) as Execution,
      list: async ({ state, ...filter } = {}) =>
        (await runtime.executions.list({ ...filter, ...(state !== undefined && { state: state as CallState }) }, owner)) as {
          items: Execution[];
        },
      wait: rest,
      async resume(id, answer, waiting) {
        await runtime.executions.resume(id, answer, owner);
        return rest(id, waiting);
      },
      cancel: async id => (await runtime.executions.cancel(id, owner)) as Execution,
      result: async id => JSON.parse(Buffer.from(await runtime.executions.result(id, owner)).toString('utf8')),
    },
    policies: {
      async set(pattern, decision) {
        await runtime.policies.put({ pattern, decision });
      },
      list: () => runtime.policies.list(),
      remove: id => runtime.policies.remove(id),
    },
    subscribe: listener =>
      runtime.subscribe(change => change.topic !== 'connections' && listener(change as Parameters<typeof listener>[0])),
    close: () => runtime.close(),
  };
}
