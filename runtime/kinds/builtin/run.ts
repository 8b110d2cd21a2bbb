import type { ConnectionInput } from '../../../machines/schema/connection.ts';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Rule } from '../../../machines/schema/policy.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import type { SourceInput } from '../../../machines/schema/source.ts';
import { reachesSource } from '../../principals.ts';
import type { Runtime } from '../../runtime.ts';

export type BuiltinParts = Pick<Runtime, 'sources' | 'policies' | 'connections'>;
type Parts = BuiltinParts & { base: () => string };
type Run = (input: Record<string, unknown>, parts: Parts, by: Principal) => unknown;

/** What each built-in tool does, once it is allowed. */
const RUNS: Readonly<Record<string, Run>> = {
  'sources.detect': (input, { sources }) => sources.detect(input as { url: string; allowPrivate?: boolean }),
  'sources.list': (_, { sources }, by) => ({ items: sources.list().filter(({ namespace }) => reachesSource(by, namespace)) }),
  'sources.remove': async ({ namespace }, { sources }, by) => {
    await sources.remove(String(namespace), by);
    return { removed: namespace };
  },
  'sources.refresh': ({ namespace }, { sources }, by) => sources.refresh(String(namespace), by),
  'openapi.addSource': ({ name, ...input }, parts, by) => added({ ...input, kind: 'openapi' } as SourceInput, name, parts, by),
  'graphql.addSource': ({ name, endpoint, ...input }, parts, by) =>
    added({ ...input, url: endpoint, kind: 'graphql' } as SourceInput, name, parts, by),
  'mcp.addSource': ({ name, ...input }, parts, by) => added({ ...input, kind: 'mcp' } as SourceInput, name, parts, by),
  'policies.list': (_, { policies }) => ({ items: policies.list() }),
  'policies.set': (input, { policies }, by) => policies.put(input as Rule, by),
  'policies.remove': async ({ id }, { policies }, by) => {
    await policies.remove(String(id), by);
    return { removed: id };
  },
  'connections.list': ({ source }, { connections }, by) => ({
    items: connections.list(source as string | undefined).filter(each => reachesSource(by, each.source)),
  }),
  'connections.startOAuth': (input, { connections }) => connections.connect(input as unknown as ConnectionInput),
  // No secret passes through an agent: a person types it where the link leads.
  'connections.handoff': ({ source, name }, { sources, base }) => {
    sources.get(String(source));
    const url = new URL(`${base()}/connections`);
    url.searchParams.set('connect', String(source));
    if (name !== undefined) url.searchParams.set('name', String(name));
    return { url: url.href };
  },
};

/** Adds a source and says what became of it: tools, or why not. */
async function added(input: SourceInput, name: unknown, { sources }: Parts, by: Principal): Promise<unknown> {
  const { namespace } = await sources.add(input, by);
  const view = await sources.wait(namespace, { seconds: 60 });
  if (view.state === 'failed') {
    throw new FaultError(view.error?.code ?? 'source_not_recognised', view.error?.message ?? `${namespace} could not be added`, {
      details: { ...view.error?.details, namespace },
    });
  }
  if (typeof name !== 'string' || view.state !== 'ready') return view;
  await sources.update(namespace, { name }, by);
  return sources.wait(namespace, { seconds: 60 });
}

/** Carries out a built-in tool. */
export async function runBuiltin(name: string, input: Readonly<Record<string, unknown>>, parts: Parts, by: Principal): Promise<unknown> {
  const run = RUNS[name];
  if (!run) throw new FaultError('internal', `there is no built-in tool ${name}`);
  return run({ ...input }, parts, by);
}
