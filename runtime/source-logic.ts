import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot } from 'xstate';
import { FaultError } from '../machines/schema/fault.ts';
import { type Catalogued, type Detected, type Diff, SourceContext } from '../machines/schema/source.ts';
import { type Refreshed, sourceMachine } from '../machines/source.ts';
import type { Blobs } from './blobs.ts';
import type { Catalog } from './catalog.ts';
import type { Detection, Found } from './detection.ts';
import type { Documents } from './documents.ts';
import { type Fetched, fetchDocument, type Unchanged } from './fetch-document.ts';
import { expectDocument, indexInWorker } from './indexing/indexer.ts';
import type { Access, Obtained } from './kinds/kind.ts';
import type { Logic } from './logic.ts';
import { type Brought, discreet } from './masked-document.ts';
import type { Policies } from './policies.ts';
import { recognise } from './recognise.ts';
import { withoutSecrets } from './redact.ts';
import type { SettingsStore } from './settings.ts';
import { createTurns } from './turns.ts';
import type { Upstream } from './upstream.ts';
import { mayRun, widened } from './widened.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** So many descriptions are indexed at once: each takes a thread and a good deal of memory. */
const INDEXERS = 2;

/** What makes a source live: how it is detected, indexed and refreshed. */
export function createSourceLogic(parts: {
  catalog: Catalog;
  documents: Documents;
  upstream: Upstream;
  detection: Detection;
  /** Starts the command of a source and has it describe itself. */
  obtainCommand: (source: SourceContext, signal: AbortSignal) => Promise<Obtained>;
  /** Loads what calls of a kind need. */
  loadKind: (kind: Detected['kind']) => Promise<void>;
  /** What a source's description is fetched with. */
  accessOf: (source: SourceContext) => Promise<Access>;
  /** What was found to give a source its name, by that name. */
  prefetched: Map<string, Found>;
  blobs: Blobs;
  policies: Policies;
  settings: SettingsStore;
  now: () => Date;
  onProgress: (namespace: string, progress: { done: number; total: number } | undefined) => void;
}): Logic {
  const { catalog, documents, upstream, detection, obtainCommand, loadKind, accessOf, prefetched, blobs, policies, settings, now } = parts;
  const { onProgress } = parts;
  const turns = createTurns(INDEXERS);

  /** Fetches something with the source's credential; what it says, and why it could not be had, is told without it. */
  async function using<T extends Brought>(context: SourceContext, work: (access: Access) => Promise<T>): Promise<T> {
    const access = await accessOf(context);
    try {
      return await discreet(await work(access), access.secrets);
    } catch (error) {
      throw withoutSecrets(error, access.secrets ?? []);
    }
  }

  /** What the description is; one that has not changed is known already. */
  async function detect(context: SourceContext, signal: AbortSignal): Promise<Detected> {
    const { origin, wantedKind } = context;
    if ('document' in origin) {
      const bytes = await documents.take(origin.document);
      if (!bytes) throw new FaultError('internal', 'the document is gone; add the source again');
      const candidate = await recognise({ bytes }, signal);
      if (wantedKind && candidate.kind !== wantedKind) {
        throw new FaultError('source_not_recognised', `this is ${candidate.kind}, not ${wantedKind}`);
      }
      const { kind, name } = candidate;
      // An address that came with a document is where its API answers.
      const { documentUrl: url, endpoint } = context;
      return { kind, name, document: origin.document, ...(url && { url }), ...(endpoint && { endpoint }) };
    }
    if ('command' in origin) {
      const { candidate, bytes } = await using(context, () => obtainCommand(context, signal));
      return { kind: candidate.kind, name: candidate.name, document: documents.hold(bytes!), endpoint: true };
    }
    const found = await bring(origin.url, context, signal);
    if ('unchanged' in found) return { ...detectedOf(context), ...(context.validators && { validators: context.validators }) };
    const { candidate, probe, endpoint } = found;
    return {
      kind: candidate.kind,
      name: candidate.name,
      document: documents.hold(probe.bytes),
      ...(probe.url && { url: probe.url }),
      ...(endpoint && { endpoint }),
      ...(probe.validators && { validators: probe.validators }),
    };
  }

  async function bring(
    url: string,
    context: SourceContext,
    signal: AbortSignal,
  ): Promise<(Found & { readonly probe: Fetched }) | Unchanged> {
    const { namespace, allowPrivate, wantedKind, kind, endpoint, catalogued, validators } = context;
    const brought = prefetched.get(namespace);
    prefetched.delete(namespace);
    if (brought?.probe && (!wantedKind || wantedKind === brought.candidate.kind)) {
      return discreet({ ...brought, probe: brought.probe }, (await accessOf(context)).secrets);
    }
    const where = { namespace, url, allowPrivate, signal };
    // Starting a worker takes about as long as a small document takes to come.
    if (!catalogued) expectDocument();
    return using(context, access =>
      !catalogued || !kind
        ? detection.best({ ...where, ...access, kind: wantedKind })
        : detection.again({ ...where, ...access, kind, endpoint: endpoint === true, validators }),
    );
  }

  async function bytesOf(context: SourceContext, document: Detected['document'], signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await documents.take(document);
    if (bytes) return bytes;
    // It was only held, and the process ended since: fetch it again.
    const { origin, namespace, allowPrivate, kind, endpoint } = context;
    if ('command' in origin) return (await using(context, () => obtainCommand(context, signal))).bytes!;
    if (!('url' in origin) || !kind) throw new FaultError('internal', 'the document is gone; add the source again');
    const where = { namespace, url: origin.url, allowPrivate, kind, endpoint: endpoint === true, signal };
    const again = await using(context, access => detection.again({ ...where, ...access }));
    if ('unchanged' in again) throw new FaultError('internal', 'the upstream answered 304 to a request without a condition');
    return again.probe.bytes;
  }

  /** A document that the description refers to: fetched through the same guard; credentials go to the description's own origin only. */
  async function external(url: string, context: SourceContext, signal: AbortSignal): Promise<Uint8Array> {
    const isOwn = 'url' in context.origin && new URL(context.origin.url).origin === new URL(url).origin;
    const fetching = { url, allowPrivate: context.allowPrivate, signal };
    const found = isOwn
      ? await using(context, ({ headers }) => fetchDocument(upstream, { ...fetching, headers }))
      : await fetchDocument(upstream, fetching);
    return 'unchanged' in found ? new Uint8Array() : found.bytes;
  }

  async function index(namespace: string, context: SourceContext, detected: Detected, signal: AbortSignal): Promise<Catalogued> {
    const before = context.catalogued?.revision;
    const revision = (before ?? 0) + 1;
    const bytes = await bytesOf(context, detected.document, signal);
    await loadKind(detected.kind);
    const rows = await catalog.writeRevision(namespace, revision);
    const externals: Record<string, string> = {};
    try {
      const summary = await indexInWorker(
        {
          kind: detected.kind,
          namespace,
          bytes,
          ...(detected.url && { url: detected.url }),
          ...(detected.endpoint && { endpoint: true }),
          ...(context.baseUrl && { baseUrl: context.baseUrl }),
          ...(context.trusted && { trusted: true }),
          async external(url) {
            const found = await external(url, context, signal);
            externals[url] = hashOf(found);
            return found;
          },
        },
        async chunk => {
          if (chunk.type === 'tools') await rows.tools(chunk.rows, chunk.hits);
          else if (chunk.type === 'definitions') await rows.definitions(chunk.rows);
          else if (chunk.type === 'packed') await rows.packed(chunk.bytes);
          else onProgress(namespace, { done: chunk.done, total: chunk.total });
        },
        { signal },
      );
      return {
        revision,
        name: summary.name,
        toolCount: summary.report.tools,
        ...(summary.baseUrl && { baseUrl: summary.baseUrl }),
        origins: [...summary.origins],
        warnings: [...summary.warnings],
        report: summary.report,
        ...(summary.auth && summary.auth.length > 0 && { auth: [...summary.auth] }),
        ...(Object.keys(externals).length > 0 && { externals }),
        diff: blobs.keep(
          await difference(namespace, context, revision, { origins: summary.origins, document: detected.document.sha256, externals }),
        ),
      };
    } finally {
      onProgress(namespace, undefined);
    }
  }

  /** What a revision changes, and which of it has to be reviewed before it may run. */
  async function difference(
    namespace: string,
    { catalogued, origins, document, held = [] }: SourceContext,
    after: number,
    found: { readonly origins: readonly string[]; readonly document: string; readonly externals: Record<string, string> },
  ): Promise<Diff> {
    if (!catalogued) return { added: [], changed: [], removed: [], held: [] };
    const { tools, ...diff } = await catalog.difference(namespace, catalogued.revision, after);
    // Where the document is the same, it is the owner who changed something: nobody else needs to be asked.
    const isOwners = document?.sha256 === found.document && isDeepStrictEqual(catalogued.externals ?? {}, found.externals);
    const wider = isOwners ? [] : widened(tools, path => mayRun(policies, path, tools.get(path)!.after));
    const present = new Set(held.filter(path => !diff.removed.includes(path)));
    for (const path of wider) present.add(path);
    // Tools of an origin nobody agreed to are refused where they are called; they are shown as held, too.
    const strange = found.origins.filter(origin => origins.length > 0 && !origins.includes(origin));
    for (const path of strange.length > 0 ? await catalog.servedFrom(namespace, after, strange) : []) present.add(path);
    return { ...diff, held: [...present].sort() };
  }

  const refreshAt = ({ origin }: SourceContext): { refreshAt?: string } => {
    const { refreshHours } = settings.get();
    // A program is not started without need; it is asked again whenever it runs.
    if (refreshHours === 0 || !('url' in origin)) return {};
    return { refreshAt: new Date(now().getTime() + refreshHours * 3_600_000).toISOString() };
  };

  /** Whether a document that the description refers to is another now. One that cannot be had any more counts as it was. */
  async function referredChanged(context: SourceContext, signal: AbortSignal): Promise<boolean> {
    const known = Object.entries(context.catalogued?.externals ?? {});
    const now = known.map(async ([url, sha256]) => {
      const found = await external(url, context, signal).catch(() => undefined);
      return found !== undefined && hashOf(found) !== sha256;
    });
    return (await Promise.all(now)).includes(true);
  }

  async function refresh(id: string, context: SourceContext, signal: AbortSignal): Promise<Refreshed> {
    const detected = await detect(context, signal);
    const isSame =
      detected.document.sha256 === context.document?.sha256 && context.origins.length > 0 && !(await referredChanged(context, signal));
    if (isSame) {
      documents.release(detected.document);
      const nothing: Diff = { added: [], changed: [], removed: [], held: context.held ?? [] };
      const catalogued = context.catalogued && { ...context.catalogued, diff: blobs.keep(nothing) };
      return { detected: { ...detected, document: context.document! }, ...(catalogued && { catalogued }), ...refreshAt(context) };
    }
    const catalogued = await turns(() => index(id, context, detected, signal));
    return { detected, catalogued, held: (blobs.value(catalogued.diff) as Diff).held, ...refreshAt(context) };
  }

  const detectedOf = ({ kind, name, document, documentUrl, endpoint }: SourceContext): Detected => ({
    kind: kind!,
    name,
    document: document!,
    ...(documentUrl && { url: documentUrl }),
    ...(endpoint && { endpoint }),
  });

  return {
    machine: sourceMachine,
    context: SourceContext,
    version: 1,
    migrations: {},
    effects: {
      detect: { run: ({ context, signal }) => detect(context as SourceContext, signal) },
      index: {
        async run({ id, context, signal }) {
          const source = context as SourceContext;
          return { catalogued: await turns(() => index(id, source, detectedOf(source), signal)), ...refreshAt(source) };
        },
      },
      refresh: { run: ({ id, context, signal }) => refresh(id, context as SourceContext, signal) },
    },
    sync: (before: AnyMachineSnapshot | undefined, after) => before === undefined || after.value === 'removed',
    index: () => [],
    due: ({ value, context }) => (value === 'ready' || value === 'failed' ? context.refreshAt : undefined),
  };
}
