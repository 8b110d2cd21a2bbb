import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import type { Diff, SourceContext, SourceInput, SourcePatch, SourceView } from '../machines/schema/source.ts';
import { actBy } from './acts.ts';
import type { Blobs } from './blobs.ts';
import { hashOf } from './canonical.ts';
import type { Catalog } from './catalog.ts';
import { commandOf, nameOfCommand } from './command-source.ts';
import type { Detection, Found } from './detection.ts';
import type { Documents } from './documents.ts';
import { expectDocument } from './indexing/indexer.ts';
import { suggestNamespace } from './kinds/suggest-namespace.ts';
import type { KnownSource, KnownSources } from './known-sources.ts';
import { checkPattern, covers } from './policy.ts';
import { recognise } from './recognise.ts';
import { withoutSecrets } from './redact.ts';
import type { Registry } from './registry.ts';
import type { Runtime } from './runtime.ts';
import type { SealedEnv } from './sealed-env.ts';
import type { SealedHeaders } from './sealed-headers.ts';
import { baseUrlOf, described, encoded, toldOf } from './source-input.ts';
import type { Op, Store } from './store.ts';
import { sourceView } from './views.ts';
import type { Waiters } from './waiting.ts';

const RESERVED = new Set(['executor']);
const RESTS = new Set(['ready', 'failed', 'authenticating', 'removed']);
const rests = (state: string) => RESTS.has(state);

/** Adding, changing and removing sources: a person's own acts. */
export function createSources(parts: {
  store: Store;
  registry: Registry;
  known: KnownSources;
  catalog: Catalog;
  documents: Documents;
  headers: SealedHeaders;
  env: SealedEnv;
  /** Ends what is open towards a source. */
  disconnect: (namespace: string) => Promise<void>;
  detection: Detection;
  waiters: Waiters<KnownSource>;
  progress: ReadonlyMap<string, { done: number; total: number }>;
  outage: (namespace: string) => SourceView['outage'];
  prefetched: Map<string, Found>;
  blobs: Blobs;
  /** Told of a source that is about to go, with everything that belongs to it. */
  onRemoved: (namespace: string) => Promise<void>;
  now: () => Date;
}): Runtime['sources'] & { clean(): Promise<void> } {
  const {
    store,
    registry,
    known,
    catalog,
    documents,
    headers,
    env,
    disconnect,
    detection,
    waiters,
    outage,
    progress,
    prefetched,
    blobs,
    onRemoved,
    now,
  } = parts;
  const noted = (by: Principal, act: string, namespace: string, detail?: unknown): Op =>
    store.note(actBy(by, now().toISOString(), act, namespace, detail));
  const view = (source: KnownSource): SourceView => sourceView(source, progress.get(source.id), outage(source.id));
  /** Namespaces whose adding is under way but not stored. */
  const adding = new Set<string>();

  function present(namespace: string): KnownSource {
    const source = known.get(namespace);
    if (!source || source.state === 'removed') {
      const names = known.all().filter(({ state }) => state !== 'removed');
      throw new FaultError('source_not_found', `there is no source ${namespace}`, { details: { sources: names.map(({ id }) => id) } });
    }
    return source;
  }

  async function stored(namespace: string, seq: number): Promise<KnownSource> {
    const found = await waiters.until(
      namespace,
      () => known.get(namespace),
      source => source.seq >= seq,
    );
    if (!found) throw new FaultError('internal', 'the state could not be stored');
    return found;
  }

  async function add(input: SourceInput, by: Principal): Promise<SourceView> {
    const command = commandOf(input);
    const { url, text, baseUrl = input.baseUrl } = command ? {} : described(input);
    const namespace = input.namespace ?? (command ? nameOfCommand(command.command, command.args) : await nameFor(input, url, text));
    const { headers: secretHeaders, env: secretEnv, ...rest } = input;
    const requestHash = hashOf({ ...rest, namespace });
    if (RESERVED.has(namespace)) throw new FaultError('source_exists', `the namespace ${namespace} is taken by the built-in tools`);
    const existing = known.get(namespace);
    if (existing && existing.state !== 'removed' && existing.state !== 'failed') {
      if (
        existing.context.requestHash === requestHash &&
        headers.same(existing.context, secretHeaders) &&
        env.same(existing.context, secretEnv)
      )
        return view(existing);
      throw new FaultError('source_exists', `there is a source ${namespace} already; give another namespace, or remove that one first`);
    }
    if (adding.has(namespace)) throw new FaultError('source_exists', `the namespace ${namespace} is being changed right now`);
    adding.add(namespace);
    try {
      if (existing) await erase(existing);
      const document = text === undefined ? undefined : await documents.keep(encoded(text));
      const sealed = secretHeaders && Object.keys(secretHeaders).length > 0 ? headers.seal(secretHeaders) : undefined;
      const sealedEnv = secretEnv && Object.keys(secretEnv).length > 0 ? env.seal(secretEnv) : undefined;
      const actor = registry.spawn(
        'source',
        namespace,
        {
          namespace,
          requestHash,
          origin: command ?? (document ? { document } : { url: url! }),
          name: namespace,
          allowPrivate: input.allowPrivate ?? false,
          ...((command || input.kind) && { wantedKind: command ? 'mcp' : input.kind! }),
          ...(document && url && { documentUrl: url, endpoint: true }),
          ...(baseUrl && { baseUrl: baseUrlOf(baseUrl) }),
          ...(sealed && { headers: sealed.handle }),
          ...(sealedEnv && { env: sealedEnv.handle }),
        },
        [...(sealed?.ops ?? []), ...(sealedEnv?.ops ?? []), noted(by, 'source.add', namespace, toldOf(input))],
      );
      return view(await stored(namespace, actor.seq));
    } finally {
      adding.delete(namespace);
    }
  }

  /** Without a namespace, the description says what it is called; what was fetched for that is not fetched again. */
  async function nameFor(input: SourceInput, url: string | undefined, text: string | undefined): Promise<string> {
    const { allowPrivate = false, headers: given, kind } = input;
    if (url === undefined || text !== undefined) return (await recognise({ bytes: encoded(text ?? ''), ...(url && { url }) })).namespace;
    expectDocument();
    const [found] = await detection.find({ url, allowPrivate, headers: given, kind }).catch(error => {
      return unlessLogin(withoutSecrets(error, Object.values(given ?? {})));
    });
    if (!found) return suggestNamespace(undefined, url);
    const { namespace } = found.candidate;
    if (found.probe) prefetched.set(namespace, found);
    return namespace;
  }

  /** Removes everything a source had. Its row goes last, so that a crash in between is finished at the next start. */
  async function erase({ id, context }: KnownSource): Promise<void> {
    await disconnect(id);
    await catalog.prune(id);
    if (context.document) await documents.drop(context.document);
    if ('document' in context.origin) await documents.drop(context.origin.document);
    const sealed = [...(context.headers ? headers.drop(context.headers) : []), ...(context.env ? env.drop(context.env) : [])];
    await store.write([...sealed, ...(await registry.erase('source', id))], { sync: true });
    known.forget(id);
    catalog.unlist(id);
  }

  return {
    list: () =>
      known
        .all()
        .filter(({ state }) => state !== 'removed')
        .map(view),
    get: namespace => view(present(namespace)),
    async add(input, by = OWNER) {
      const before = new Set(prefetched.keys());
      try {
        return await add(input, by);
      } catch (error) {
        for (const name of prefetched.keys()) if (!before.has(name)) prefetched.delete(name);
        throw error;
      }
    },

    async wait(namespace, waiting) {
      present(namespace);
      const found = await waiters.until(
        namespace,
        () => known.get(namespace),
        ({ state }) => rests(state),
        waiting,
      );
      return view(found ?? present(namespace));
    },

    async update(
      namespace,
      { headers: secretHeaders, env: secretEnv, trusted, baseUrl, name, allowPrivate, idempotent, accept }: SourcePatch,
      by = OWNER,
    ) {
      const source = present(namespace);
      if (!rests(source.state)) throw new FaultError('invalid_arguments', `${namespace} is ${source.state}; change it when that has ended`);
      for (const pattern of [...(idempotent ?? []), ...(accept ?? [])]) checkPattern(pattern);
      if (accept) {
        const before = source.context.held ?? [];
        const held = before.filter(path => !accept.some(pattern => covers(pattern, path)));
        const origins = catalog.originsOf(before.filter(path => !held.includes(path)));
        const accepted = registry.send('source', namespace, { type: 'accept', held, origins } as never, [
          noted(by, 'source.accept', namespace, { accept }),
        ]);
        const after = await stored(namespace, accepted!.seq);
        const others = [secretHeaders, secretEnv, trusted, baseUrl, name, allowPrivate, idempotent];
        if (others.every(other => other === undefined)) return view(after);
      }
      if (secretEnv && !('command' in source.context.origin))
        throw new FaultError('invalid_arguments', `${namespace} is no command: it has no "env"`);
      const sealed = secretHeaders && headers.seal(secretHeaders);
      const sealedEnv = secretEnv && env.seal(secretEnv);
      const patch: Partial<SourceContext> = {
        ...(name && { name, givenName: name }),
        ...(baseUrl && { baseUrl: baseUrlOf(baseUrl) }),
        ...(allowPrivate !== undefined && { allowPrivate }),
        ...(idempotent && { idempotent }),
        ...(sealed && { headers: sealed.handle }),
        ...(sealedEnv && { env: sealedEnv.handle }),
        ...(trusted !== undefined && { trusted }),
      };
      const told = {
        name,
        baseUrl,
        allowPrivate,
        idempotent,
        trusted,
        headers: secretHeaders && Object.keys(secretHeaders),
        env: secretEnv && Object.keys(secretEnv),
      };
      const ops = [
        noted(by, 'source.update', namespace, told),
        ...(sealed?.ops ?? []),
        ...(sealedEnv?.ops ?? []),
        ...(sealed && source.context.headers ? headers.drop(source.context.headers) : []),
        ...(sealedEnv && source.context.env ? env.drop(source.context.env) : []),
      ];
      // What is open was opened with what held before.
      if (sealed || sealedEnv) await disconnect(namespace);
      const sent = registry.send('source', namespace, { type: 'update', patch } as never, ops);
      return view(await stored(namespace, sent!.seq));
    },

    async refresh(namespace, by = OWNER) {
      const source = present(namespace);
      if (!rests(source.state)) throw new FaultError('invalid_arguments', `${namespace} is ${source.state} already`);
      const sent = registry.send('source', namespace, { type: 'refresh' }, [noted(by, 'source.refresh', namespace)]);
      const after = await waiters.until(
        namespace,
        () => known.get(namespace),
        ({ seq, state }) => seq > sent!.seq && rests(state),
      );
      if (!after) throw new FaultError('upstream_timeout', `${namespace} is still being refreshed`);
      const { fault, catalogued } = after.context;
      if (fault || !catalogued)
        throw new FaultError(
          fault?.code ?? 'internal',
          fault?.message ?? 'the refresh did not end',
          fault?.details ? { details: fault.details } : {},
        );
      return blobs.value(catalogued.diff) as Diff;
    },

    lastDiff(namespace) {
      const { catalogued } = present(namespace).context;
      return catalogued ? (blobs.value(catalogued.diff) as Diff) : undefined;
    },

    async remove(namespace, by = OWNER) {
      const source = present(namespace);
      const sent = registry.send('source', namespace, { type: 'remove' }, [noted(by, 'source.remove', namespace)]);
      await stored(namespace, sent!.seq);
      await onRemoved(namespace);
      await erase(source);
    },

    async detect({ url, allowPrivate = false }) {
      return { candidates: (await detection.find({ url, allowPrivate })).map(({ candidate }) => candidate) };
    },

    /** Finishes what a crash left half removed. */
    async clean() {
      for (const source of known.all()) if (source.state === 'removed') await erase(source);
    },
  };
}

/** What wants a login first says nothing of its name; that it is nothing at all is another matter. */
function unlessLogin(error: unknown): [] {
  if (error instanceof FaultError && error.code === 'login_required') return [];
  throw error;
}

const OWNER: Principal = { id: 'owner', name: 'owner', role: 'owner' };
