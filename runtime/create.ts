import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FaultError, toFault } from '../machines/schema/fault.ts';
import type { SourceKind } from '../machines/schema/source.ts';
import { createAccounts } from './accounts.ts';
import { createActorViews } from './actors.ts';
import { createAudit } from './audit.ts';
import { writeBackup } from './backup.ts';
import { createBlobs } from './blobs.ts';
import { createCallLogic } from './call-logic.ts';
import { createCallStart } from './call-start.ts';
import { createCatalog } from './catalog.ts';
import { createClients } from './clients.ts';
import { createCompanions } from './companions.ts';
import { createCompare } from './compare.ts';
import { createConfig } from './config/apply-config.ts';
import { openDataDir } from './data-dir.ts';
import { createDetection, type Found } from './detection.ts';
import { createDispatch } from './dispatch.ts';
import { diagnose } from './doctor.ts';
import { createDocuments } from './documents.ts';
import { createExecutions, type Execution } from './executions.ts';
import { createExport } from './export/export.ts';
import { createExposure } from './exposure.ts';
import { createIdempotency } from './idempotency.ts';
import { createJudgement } from './judgement.ts';
import { loadKey } from './key.ts';
import { openKeychain } from './keychain.ts';
import { withBuiltin } from './kinds/builtin/dispatch.ts';
import { graphql } from './kinds/graphql/graphql.ts';
import type { Kind } from './kinds/kind.ts';
import { createFreshness } from './kinds/mcp/freshness.ts';
import { createMcp } from './kinds/mcp/mcp.ts';
import type { PoolLimits } from './kinds/mcp/pool.ts';
import { openapi } from './kinds/openapi/openapi.ts';
import { createKnownSources, type KnownSource } from './known-sources.ts';
import { createLedger } from './ledger.ts';
import { createLimits } from './limits.ts';
import { openDatabase } from './open-database.ts';
import { openPolicies } from './policies.ts';
import { createPolicyDesk } from './policy/desk.ts';
import { preview } from './policy/preview.ts';
import { simulate } from './policy/simulate.ts';
import { createPrincipals, isInSlice } from './principals.ts';
import { createProgramLogic } from './program-logic.ts';
import { createAnswering } from './programs/answering.ts';
import { createJournal } from './programs/journal.ts';
import { limitsOf } from './programs/limits.ts';
import { createOutput } from './programs/output.ts';
import { createPlans } from './programs/plan.ts';
import { createPrograms } from './programs/programs.ts';
import { createSandbox } from './programs/sandbox.ts';
import { createSimulation } from './programs/simulated.ts';
import { createProgramStart } from './programs/start.ts';
import { createQuarantine } from './quarantine.ts';
import { createRegistry, type Published, type Registry } from './registry.ts';
import { createRetention } from './retention.ts';
import { finishRotation } from './rotate-key.ts';
import type { Change, Runtime } from './runtime.ts';
import { createScheduler } from './scheduler.ts';
import { createSealedEnv } from './sealed-env.ts';
import { createSealedHeaders } from './sealed-headers.ts';
import { openSecrets } from './secrets.ts';
import { createSessions } from './sessions.ts';
import { openSettings } from './settings.ts';
import { createSourceLogic } from './source-logic.ts';
import { createSources } from './sources.ts';
import { loadToken } from './token.ts';
import { openTokens } from './tokens.ts';
import { createUpstream } from './upstream.ts';
import { VERSION } from './version.ts';
import { isSettled, isWaiting, sourceView } from './views.ts';
import { createWaiters } from './waiting.ts';
import { warmUp } from './warm-up.ts';

/** A row that ends the process this many times in a row is set aside. */
const BOOT_LIMIT = 3;
/** So long after the start, the process counts as having survived what it took up again. */
const SURVIVED_MS = 10_000;
/** So long after the start what is asked for first is got ready, if nobody has asked for it before. */
const WARM_MS = 100;
/** What runs gets this long to end when the daemon is stopped. */
const GRACE_MS = 2_000;
/** So long the record of what was done is kept, unless the owner says otherwise. */
const AUDIT_DAYS = 730;

export interface RuntimeOptions {
  dataDir: string;
  /** The base of the links in views: asked for at each use, for the port may be known only later. */
  base?: () => string;
  /** EXECUTOR_ALLOW_PRIVATE=1: every source may reach private addresses. */
  allowPrivate?: boolean;
  /** How long sessions with MCP servers last, in milliseconds. */
  sessions?: Partial<PoolLimits>;
  /** How long a call and the fetching of a description may take, in milliseconds. */
  patience?: { callMs?: number; descriptionMs?: number };
  /** Where this process itself listens, which differs from `base` behind a proxy. */
  local?: () => string;
  now?: () => Date;
  /** Told when the store can no longer be written: nothing may act after that. */
  onFatal?: (error: unknown) => void;
  log?: (line: string) => void;
}

/**
 * Opens a data directory and brings everything in it to life.
 * @throws FaultError internal when another process holds the directory, or it cannot be written
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  try {
    return await assemble(options);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (error instanceof FaultError || typeof code !== 'string' || !code.startsWith('LEVEL_')) throw error;
    const message = `the database in ${options.dataDir} cannot be read: ${toFault(error).message}. Nothing was changed; put a backup back with: executor restore <file>`;
    throw new FaultError('internal', message, { cause: error, details: { reason: 'damaged', dataDir: options.dataDir } });
  }
}

async function assemble(options: RuntimeOptions): Promise<Runtime> {
  const { now = () => new Date(), base = () => 'http://127.0.0.1:4788', log = () => {} } = options;
  const openedAt = now().getTime();
  let isClosing = false;
  const dataDir = openDataDir(options.dataDir);
  const store = await openDatabase(dataDir, error => (options.onFatal ?? fatal)(error));
  const token = loadToken(dataDir);
  const keychain = existsSync(join(dataDir, 'key')) ? undefined : await openKeychain();
  const keyPlace = keychain ? { keychain } : {};
  await finishRotation(dataDir, store, keyPlace);
  const key = await loadKey(dataDir, async () => (await store.secret.keys({ limit: 1 }).all()).length > 0, keyPlace);
  const secrets = openSecrets({ key, store: { get: handle => store.secret.getSync(handle) } });
  const headers = createSealedHeaders(store, secrets);
  const env = createSealedEnv(store, secrets);
  const upstream = createUpstream({ userAgent: `executor/${VERSION}`, allowPrivate: options.allowPrivate ?? false });
  const tokens = await openTokens(store, now);
  const principals = createPrincipals(token, tokens);
  const audit = createAudit(store, now);
  const blobs = createBlobs(store);
  const documents = createDocuments(store);
  const policies = await openPolicies(store, now);
  const ledger = createLedger(store, now);
  const calls = createWaiters<Execution>();
  const sourceWaiters = createWaiters<KnownSource>();
  const listeners = new Set<(change: Change) => void>();
  const progress = new Map<string, { done: number; total: number }>();
  const prefetched = new Map<string, Found>();

  const publish = (change: Change) => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        // A listener that fails must not keep the others from hearing (STYLE, R6).
        log(`a listener failed: ${error}`);
      }
    }
  };

  const quarantine = createQuarantine(store, now, log);
  const known = createKnownSources();
  const catalog = createCatalog(store, known);
  const source = (namespace: string) => {
    const context = known.context(namespace);
    if (!context) throw new FaultError('source_not_found', `there is no source ${namespace}`);
    return context;
  };
  const companions = createCompanions();
  const freshness = createFreshness(namespace => {
    const state = known.get(namespace)?.state;
    if (state === 'ready') registry.send('source', namespace, { type: 'refresh' });
    return state === 'ready' ? 'started' : state === 'refreshing' || state === 'indexing' ? 'busy' : 'not_now';
  });
  const mcp = createMcp({ upstream, limits: options.sessions, patience: options.patience, onHeard: freshness.hear });
  const kinds: Partial<Record<SourceKind, Kind>> = { openapi, graphql, mcp: mcp.kind };
  const detection = createDetection({
    kinds: Object.values(kinds),
    upstream,
    ...(options.patience?.descriptionMs && { timeoutMs: options.patience.descriptionMs }),
  });
  const accounts = createAccounts({
    store,
    upstream,
    secrets,
    sources: known,
    headersOf: headers.of,
    envOf: env.of,
    registry: () => registry,
    allowPrivate: options.allowPrivate ?? false,
    base,
    local: options.local ?? base,
    now,
    log,
  });
  const { credentials, credentialOf } = accounts;
  const upstreamDispatch = createDispatch({
    kinds,
    upstream,
    source,
    credentials,
    definition: catalog.definition,
    ...(options.patience?.callMs && { timeoutMs: options.patience.callMs }),
    companions,
    onMoved(id) {
      if (!isClosing) registry.send('call', id, { type: 'moved' } as never);
    },
  });
  const dispatch = withBuiltin(upstreamDispatch, { runtime: () => runtime, principalOf: principals.find, base });

  const judgement = createJudgement(policies, catalog);
  const desk = createPolicyDesk({ policies, catalog, judgement });
  const settings = openSettings(store, now);
  const limits = createLimits(store, settings, now);
  const registryOf = (): Registry => registry;
  const idempotency = createIdempotency(store, now);
  const startCall = createCallStart({ registry: registryOf, blobs, idempotency, companions, now });
  const compare = createCompare({ catalog, judgement, principals, startCall, waiters: calls, registry: registryOf, blobs });
  const journal = createJournal(store, blobs);
  const plans = createPlans({ journal, blobs, catalog, registry: registryOf });
  const simulation = createSimulation({ catalog, judgement, dispatch, principals, blobs });
  const output = createOutput(store);
  const sandbox = createSandbox();
  const programs = createPrograms({
    store,
    blobs,
    journal,
    output,
    answering: createAnswering({ startCall, tools: () => runtime.tools, simulation }),
    sandbox: sandbox.get,
    limits: () => limitsOf(settings.get()),
    follow: (id, tell) =>
      calls.follow(
        id,
        () => registry.stored('call', id),
        ({ kind, state }) => kind === 'call' && isSettled(state),
        tell as never,
      ),
    registry: registryOf,
    now,
  });
  const logics = {
    program: createProgramLogic(programs),
    call: createCallLogic({
      catalog,
      judgement,
      ledger,
      blobs,
      dispatch,
      settings,
      principals,
      limits,
      compare,
      plans,
      programs,
      now,
      log,
    }),
    connection: accounts.logic,
    source: createSourceLogic({
      catalog,
      documents,
      upstream,
      detection,
      obtainCommand: (context, signal) => mcp.obtainCommand(context, credentialOf(context), signal),
      loadKind: async kind => kinds[kind]?.load?.(),
      accessOf: accounts.accessOf,
      prefetched,
      blobs,
      policies,
      settings,
      now,
      onProgress,
    }),
  };
  await known.load(store, logics.source, quarantine);
  await accounts.known.load(store, logics.connection, quarantine);
  await Promise.all([...new Set(known.all().map(({ context }) => context.kind))].map(kind => kind && kinds[kind]?.load?.()));
  const registry = createRegistry({
    store,
    now,
    logics,
    quarantine,
    onPublish: published => onPublish(published),
    onStep: programs.stepped,
  });
  const scheduler = createScheduler(store, now, (kind, id) => {
    // A start contacts nobody: what is to be fetched again waits until the daemon has settled.
    if (kind === 'source' && now().getTime() - openedAt < SURVIVED_MS) return false;
    try {
      if (kind === 'connection') return accounts.due(id, now().getTime() - openedAt >= SURVIVED_MS);
      const calls = programs.tally(id);
      registry.send(kind, id, (kind === 'source' ? { type: 'refresh' } : { type: 'expire', ...(calls && { calls }) }) as never);
    } catch (error) {
      // The row has been set aside with the reason; the other deadlines hold.
      log(`a deadline of ${kind} ${id} could not be kept: ${toFault(error).message}`);
    }
    return true;
  });

  function onPublish(published: Published): void {
    const { id, seq, cursor, entries } = published;
    if (published.kind === 'source') {
      const before = known.get(id)?.context.catalogued?.revision;
      known.follow(published);
      const after = published.context.catalogued?.revision;
      if (before !== undefined && after !== before) catalog.prune(id, after).catch(error => log(`old catalog rows stay: ${error}`));
      if ((published.state === 'ready' || published.state === 'failed') && published.context.refreshAt)
        scheduler.consider(published.context.refreshAt);
      sourceWaiters.notify(id, published);
      publish({ topic: 'sources', id, seq, cursor, entries, view: sourceView(published, progress.get(id), dispatch.outage(id)) });
      return;
    }
    if (published.kind === 'connection') {
      const due = accounts.follow(published);
      if (due) scheduler.consider(due);
      const own = known.get(published.context.source);
      if (own) publish({ topic: 'sources', id: own.id, seq: own.seq, cursor, entries: [], view: sourceView(own, progress.get(own.id)) });
      const { source, name } = published.context;
      if (listeners.size > 0) publish({ topic: 'connections', id, seq, cursor, entries, view: connections.get(source, name) });
      return;
    }
    if (isSettled(published.state)) dispatch.forget(id);
    if (isSettled(published.state) || isWaiting(published.state)) limits.release(id);
    calls.notify(id, published);
    const due =
      published.kind === 'program'
        ? published.context.deadline
        : published.state === 'awaitingApproval'
          ? published.context.interactions.at(-1)?.expiresAt
          : undefined;
    if (due) scheduler.consider(due);
    if (listeners.size > 0) publish({ topic: 'executions', id, seq, cursor, entries, view: executions.view(published) });
  }

  function onProgress(namespace: string, at: { done: number; total: number } | undefined): void {
    if (at) progress.set(namespace, at);
    else progress.delete(namespace);
    const known_ = known.get(namespace);
    if (at && known_)
      publish({
        topic: 'sources',
        id: namespace,
        seq: known_.seq,
        cursor: store.writer.cursor(),
        entries: [],
        view: sourceView(known_, at),
      });
  }

  const programStart = createProgramStart({ store, registry: registryOf, blobs, journal, idempotency, now });
  const executions = createExecutions({
    store,
    registry,
    catalog,
    dispatch,
    policies,
    blobs,
    startCall,
    programs,
    programStart,
    journal,
    plans,
    output,
    waiters: calls,
    now,
    base,
  });
  const sources = createSources({
    store,
    registry,
    known,
    catalog,
    documents,
    headers,
    env,
    disconnect: mcp.drop,
    detection,
    waiters: sourceWaiters,
    progress,
    prefetched,
    blobs,
    outage: dispatch.outage,
    now,
    async onRemoved(namespace) {
      dispatch.drop(namespace);
      await connections.removeAll(namespace);
    },
  });
  const connections = accounts.open();
  const sessions = createSessions(store, principals.owner, now);
  const exported = createExport(store, known);
  const exposed = createExposure(store, known, catalog);

  const retention = createRetention({
    also: async () => {
      await audit.tidy(settings.get().auditDays ?? AUDIT_DAYS);
      await limits.tidy();
    },
    store,
    registry,
    journal,
    output,
    settings,
    now,
    log,
  });

  await sources.clean();
  await connections.clean();
  for (const name of await registry.resume({ limit: BOOT_LIMIT })) log(`quarantined: ${name}`);
  await scheduler.run();
  void accounts.catchUp();
  const survived = setTimeout(() => registry.survived().catch(() => {}), SURVIVED_MS);
  survived.unref();
  retention.start();
  // The search index is built when the daemon has come up and has a moment, at the latest by the first search.
  let isEnding = false;
  const say = (what: string) => (error: unknown) => isEnding || log(`${what}: ${toFault(error).message}`);
  const warm = setTimeout(() => {
    warmUp({ store, registry, catalog, upstream, logics, isEnding: () => isEnding })
      .catch(say('the first answer may take a moment longer'))
      .then(() => (isEnding ? undefined : catalog.searchable()))
      .catch(say('the search is not ready'));
  }, WARM_MS);
  warm.unref();

  const runtime: Runtime = {
    version: VERSION,
    dataDir,
    token,
    sources,
    connections,
    executions,
    principals,
    sessions,
    tools: {
      async search({ q = '', source: only, limit = 100, cursor, principal }) {
        await catalog.searchable();
        const allowed = desk.findable(principals.current(principal) ?? principal);
        return catalog.search.query({
          q,
          limit,
          ...(only && { source: only }),
          ...(cursor && { cursor }),
          ...(allowed && { allowed }),
        });
      },
      async describe(path, principal) {
        if (!isInSlice(principals.current(principal) ?? principal, path))
          throw new FaultError('tool_not_found', `there is no tool ${path}`);
        const described = catalog.describe(path);
        return { ...described, policy: desk.shownTo(catalog.find(described.path).tool, principal) };
      },
      async expose(namespace, principal) {
        const isShown = desk.findable(principals.current(principal) ?? principal) ?? (() => true);
        return (await exposed(namespace)).filter(({ path }) => isShown(path));
      },
      async export(format, { source: only, principal }) {
        const isShown = desk.findable(principals.current(principal) ?? principal) ?? (() => true);
        return exported(format, { ...(only !== undefined && { source: only }), isShown: ({ path }) => isShown(path) });
      },
    },
    policies: {
      list: policies.list,
      put: (rule, by = principals.owner) => policies.put(rule, by),
      remove: (id, by = principals.owner) => policies.remove(id, by),
      explain: desk.explain,
      preview: async (rule, limit = 100) =>
        preview(await policies.draft(rule), policies.rules(), catalog, { at: now().toISOString(), limit }),
      simulate: async (rule, days, limit = 1000) => simulate(await policies.draft(rule), { store, blobs }, { days, now: now(), limit }),
    },
    tokens: {
      ...tokens,
      create: (input, by = principals.owner) => tokens.create(input, by),
      revoke: (id, by = principals.owner) => tokens.revoke(id, by),
    },
    audit,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    config: createConfig({
      known,
      documents,
      policies,
      settings,
      sources,
      headers,
      env,
    }),
    actors: createActorViews(store, logics),
    clients: createClients(now),
    maintenance: {
      diagnose: () => diagnose(store, logics),
      backup: (out, { withKey }) =>
        writeBackup(
          store,
          { createdAt: now().toISOString(), executor: VERSION, ...(withKey && { key: key.toString('base64'), token }) },
          out,
        ),
      tidy: retention.run,
      settings: settings.get,
      updateSettings: (patch, by = principals.owner) => settings.update(patch, by),
    },
    passthrough(namespace) {
      const context = source(namespace);
      return mcp.passthrough(context, credentialOf(context));
    },
    stats() {
      const { sessions: upstreamSessions, children } = mcp.pool.stats();
      return { cursor: store.writer.cursor(), actors: registry.size(), upstreamSessions, children };
    },
    async close() {
      isEnding = true;
      clearTimeout(survived);
      clearTimeout(warm);
      await retention.stop();
      await scheduler.stop();
      programs.close();
      await sandbox.close();
      isClosing = true;
      freshness.close();
      await registry.close(GRACE_MS);
      await mcp.pool.close();
      await upstream.close();
      await store.close();
    },
  };
  return runtime;
}

function fatal(error: unknown): never {
  throw error;
}
