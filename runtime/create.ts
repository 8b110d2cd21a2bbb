import { FaultError, toFault } from '../machines/schema/fault.ts';
import { createAccounts } from './accounts.ts';
import { createActorViews } from './actors.ts';
import { createAudit } from './audit.ts';
import { writeBackup } from './backup.ts';
import { createBlobs } from './blobs.ts';
import { createCallLogic } from './call-logic.ts';
import { createCallStart } from './call-start.ts';
import { createCatalog } from './catalog.ts';
import { createCheckAccount } from './check-account.ts';
import { createClients } from './clients.ts';
import { createCompanions } from './companions.ts';
import { createCompare } from './compare.ts';
import { createConfig } from './config/apply-config.ts';
import { createConnectionsConfig } from './config/connections-config.ts';
import { createDeadlines } from './deadlines.ts';
import type { Found } from './detection.ts';
import { createDispatch } from './dispatch.ts';
import { diagnose } from './doctor.ts';
import { createDocuments } from './documents.ts';
import { createExecutions } from './executions.ts';
import { hasEnded } from './held-revisions.ts';
import { createIdempotency } from './idempotency.ts';
import { createJudgement } from './judgement.ts';
import { assembleKinds } from './kinds/assemble.ts';
import { withBuiltin } from './kinds/builtin/dispatch.ts';
import type { PoolLimits } from './kinds/mcp/pool.ts';
import { createKnownSources } from './known-sources.ts';
import { createLedger } from './ledger.ts';
import { createLifetime, SURVIVED_MS } from './lifetime.ts';
import { createLimits } from './limits.ts';
import { openData } from './open-data.ts';
import { createPassthroughs } from './passthroughs.ts';
import { openPolicies } from './policies.ts';
import { createPolicyDesk } from './policy/desk.ts';
import { preview } from './policy/preview.ts';
import { simulate } from './policy/simulate.ts';
import { createPrincipals } from './principals.ts';
import { createProgramLogic } from './program-logic.ts';
import { assemblePrograms } from './programs/assemble.ts';
import { createPublication } from './publication.ts';
import { createQuarantine } from './quarantine.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createRetention } from './retention.ts';
import type { Runtime } from './runtime.ts';
import { createScheduler } from './scheduler.ts';
import { createSessions } from './sessions.ts';
import { openSettings } from './settings.ts';
import { createSourceLogic } from './source-logic.ts';
import { createSources } from './sources.ts';
import { createStreamLog } from './streams.ts';
import { openTokens } from './tokens.ts';
import { createToolDoors } from './tool-doors.ts';
import { createTracing } from './tracing/tracing.ts';
import { createUpstream } from './upstream.ts';
import { VERSION } from './version.ts';

/** So long the record of what was done is kept, unless the owner says otherwise. */
const AUDIT_DAYS = 730;

export interface RuntimeOptions {
  dataDir: string;
  /** The base of the links in views: asked for at each use, for the port may be known only later. */
  base?: () => string;
  /** EXECUTOR_ALLOW_PRIVATE=1: every source may reach private addresses. */
  allowPrivate?: boolean;
  /** OTEL_EXPORTER_OTLP_ENDPOINT: where traces go, if anywhere. */
  otlpEndpoint?: string;
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
  const { now = () => new Date(), base = () => 'http://127.0.0.1:4788', log = () => {}, allowPrivate = false } = options;
  const openedAt = now().getTime();
  const isFresh = () => now().getTime() - openedAt < SURVIVED_MS;
  let isClosing = false;
  const registryOf = (): Registry => registry;

  const { dataDir, store, token, key, secrets, headers, env } = await openData(options.dataDir, options.onFatal ?? fatal);
  const upstream = createUpstream({ userAgent: `executor/${VERSION}`, allowPrivate });
  const tokens = await openTokens(store, now);
  const principals = createPrincipals(token, tokens);
  const audit = createAudit(store, now);
  const blobs = createBlobs(store);
  const documents = createDocuments(store);
  const policies = await openPolicies(store, now);
  const ledger = createLedger(store, now);
  const settings = openSettings(store, now);
  const limits = createLimits(store, settings, now);
  const idempotency = createIdempotency(store, now);
  const quarantine = createQuarantine(store, now, log);
  const publication = createPublication(log);
  const { executionWaiters, progress } = publication;
  const prefetched = new Map<string, Found>();

  const known = createKnownSources();
  const catalog = createCatalog(store, known, id => hasEnded(registryOf(), id));
  const source = (namespace: string) => {
    const context = known.context(namespace);
    if (!context) throw new FaultError('source_not_found', `there is no source ${namespace}`);
    return context;
  };
  const { kinds, mcp, freshness, detection, load } = assembleKinds({
    upstream,
    known,
    registry: registryOf,
    limits: options.sessions,
    patience: options.patience,
  });
  const accounts = createAccounts({
    store,
    upstream,
    secrets,
    sources: known,
    headersOf: headers.of,
    envOf: env.of,
    registry: registryOf,
    allowPrivate,
    base,
    local: options.local ?? base,
    now,
    log,
  });
  const { credentials } = accounts;
  const companions = createCompanions();
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
  const startCall = createCallStart({ registry: registryOf, blobs, idempotency, companions, now });
  const compare = createCompare({ catalog, judgement, principals, startCall, waiters: executionWaiters, registry: registryOf, blobs });
  const { programs, journal, output, plans, programStart, ...programming } = assemblePrograms({
    store,
    blobs,
    catalog,
    judgement,
    dispatch,
    principals,
    settings,
    idempotency,
    startCall,
    waiters: executionWaiters,
    registry: registryOf,
    tools: () => runtime.tools,
    consider: at => scheduler.consider(at),
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
      isTraced: options.otlpEndpoint !== undefined,
      now,
      log,
    }),
    connection: accounts.logic,
    source: createSourceLogic({
      catalog,
      documents,
      upstream,
      detection,
      obtainCommand: async (context, signal) => mcp.obtainCommand(context, await accounts.commandCredential(context), signal),
      loadKind: async kind => kinds[kind]?.load?.(),
      accessOf: accounts.accessOf,
      prefetched,
      blobs,
      policies,
      settings,
      now,
      onProgress: (namespace, at) => publication.onProgress(known.get(namespace), namespace, at, store.writer.cursor()),
    }),
  };
  await known.load(store, logics.source, quarantine);
  await accounts.known.load(store, logics.connection, quarantine);
  await load();
  const scheduler = createScheduler(store, now, createDeadlines({ programs, accounts, registry: registryOf, isFresh, log }));
  const tracing = options.otlpEndpoint ? createTracing({ endpoint: options.otlpEndpoint, store, upstream, log }) : undefined;
  const follow = publication.follow({
    known,
    catalog,
    dispatch,
    limits,
    account: accounts.follow,
    connections: () => connections,
    executions: () => executions,
    consider: scheduler.consider,
  });
  const registry = createRegistry({
    store,
    now,
    logics,
    quarantine,
    onPublish: published => {
      follow(published);
      tracing?.follow(published);
    },
    onStep: programs.stepped,
  });

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
    waiters: executionWaiters,
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
    waiters: publication.sourceWaiters,
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
  const through = createPassthroughs({ mcp, sourceOf: source, credentials });
  const connections = accounts.open(
    createCheckAccount({ sourceOf: source, reads: catalog.reads, judgement, dispatch: upstreamDispatch, passthrough: through }),
  );
  const sessions = createSessions(store, principals.owner, now);
  const streams = createStreamLog({ store, now, log });
  const toolDoors = createToolDoors({ store, known, catalog, desk, principals });
  const retention = createRetention({
    also: async () => {
      await audit.tidy(settings.get().auditDays ?? AUDIT_DAYS);
      await limits.tidy();
      await streams.tidy();
    },
    store,
    registry,
    journal,
    output,
    settings,
    now,
    log,
  });

  const lifetime = createLifetime({ store, registry, catalog, upstream, logics, scheduler, retention, sandbox: programming.warmUp, log });
  await sources.clean();
  await connections.clean();
  await catalog.sweep();

  const runtime: Runtime = {
    version: VERSION,
    dataDir,
    token,
    sources,
    connections,
    executions,
    principals,
    sessions,
    streams,
    tools: toolDoors,
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
    subscribe: publication.subscribe,
    config: createConfig({
      known,
      documents,
      policies,
      settings,
      sources,
      headers,
      env,
      audit,
      accounts: createConnectionsConfig({ known: accounts.known, vault: accounts.vault, connections }),
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
    passthrough: namespace => through(namespace),
    stats() {
      const { sessions: upstreamSessions, children } = mcp.pool.stats();
      return { cursor: store.writer.cursor(), actors: registry.size(), upstreamSessions, children };
    },
    close: () =>
      lifetime.end({
        async before() {
          await programming.close();
          isClosing = true;
          freshness.close();
        },
        async after() {
          await mcp.pool.close();
          await tracing?.close();
        },
      }),
  };
  await lifetime.begin();
  void accounts.catchUp();
  return runtime;
}

function fatal(error: unknown): never {
  throw error;
}
