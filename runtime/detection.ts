import { FaultError } from '../machines/schema/fault.ts';
import type { Candidate, SourceKind, Validators } from '../machines/schema/source.ts';
import { type Fetched, fetchDocument, type Unchanged } from './fetch-document.ts';
import type { Access, Kind } from './kinds/kind.ts';
import { recognise } from './recognise.ts';
import type { Upstream } from './upstream.ts';

/** Where to look, and what with. */
export interface Where extends Access {
  readonly namespace?: string;
  readonly url: string;
  readonly allowPrivate: boolean;
  /** Looks for this kind only. */
  readonly kind?: SourceKind | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an address is. Without `probe` it wants something before it describes itself. */
export interface Found {
  readonly candidate: Candidate;
  readonly probe?: Fetched;
  /** The API itself answered; otherwise it was a document. */
  readonly endpoint: boolean;
}

/** An API that is asked what it is gets this long, in milliseconds; one that is known, longer. */
const ASK_MS = 30_000;
const OBTAIN_MS = 120_000;
/** From here on nothing else needs to be looked at. */
const SURE = 0.9;
/** An address that ends like a file is one. */
const FILE = /\.(json|ya?ml|graphqls?|gql|sdl)$/i;

/** Finds out what is at an address: it is read as a document and asked in the way of every kind, all at the same time. */
export function createDetection(parts: {
  readonly kinds: readonly Kind[];
  readonly upstream: Upstream;
  /** Time for a description to come, in milliseconds; a minute or two unless told. */
  readonly timeoutMs?: number;
}) {
  const { kinds, upstream } = parts;
  const patience = { ...(parts.timeoutMs && { timeoutMs: parts.timeoutMs }) };

  async function asDocument({ url, headers, allowPrivate, signal }: Where): Promise<Found | undefined> {
    const probe = await fetchDocument(upstream, { url, allowPrivate, headers, ...patience, ...(signal && { signal }) });
    if ('unchanged' in probe) throw new FaultError('internal', 'the upstream answered 304 to a request without a condition');
    return { candidate: await recognise(probe, signal), probe, endpoint: false };
  }

  async function asEndpoint(kind: Kind, { kind: _, ...where }: Where, timeoutMs: number): Promise<Found | undefined> {
    const signal = where.signal ?? new AbortController().signal;
    const obtained = await kind.obtain?.({ ...where, upstream, timeoutMs: parts.timeoutMs ?? timeoutMs, signal });
    if (!obtained) return undefined;
    const { candidate, bytes, url } = obtained;
    return { candidate, endpoint: true, ...(bytes && { probe: { bytes, url } }) };
  }

  /** All that an address may be, the surest first; throws why it is nothing when it is nothing. */
  async function find(where: Where): Promise<Found[]> {
    const asked = kinds.filter(({ kind, obtain }) => obtain && (where.kind === undefined || where.kind === kind));
    const isFile = URL.canParse(where.url) && FILE.test(new URL(where.url).pathname);
    const timeoutMs = where.kind === undefined ? ASK_MS : OBTAIN_MS;
    const enough = new AbortController();
    const signal = where.signal ? AbortSignal.any([where.signal, enough.signal]) : enough.signal;
    const here = { ...where, signal };
    const document = asDocument(here);
    const endpoint = (kind: Kind) => asEndpoint(kind, here, timeoutMs);
    // A file is looked at first: only what is no description is asked whether it is an API all the same.
    const later = isFile ? document.catch(unlessHopeless) : Promise.resolve(undefined);
    // Where no kind is asked, nobody waits for it: why it failed is said by `document` itself.
    later.catch(() => {});
    const asks = [document, ...asked.map(kind => later.then(known => (known ? undefined : endpoint(kind))))];
    const { found, reasons } = await gather(asks, ({ candidate: { confidence, kind }, probe }) => {
      const isWanted = where.kind === undefined || where.kind === kind;
      return isWanted && probe !== undefined && confidence >= SURE;
    });
    enough.abort();
    where.signal?.throwIfAborted();
    const wanted = found.filter(({ candidate }) => where.kind === undefined || candidate.kind === where.kind);
    if (wanted.length === 0) throw whyNot(where, found, reasons);
    const rank = ({ candidate, probe }: Found): number => candidate.confidence + (probe ? 1 : 0);
    return wanted.sort((a, b) => rank(b) - rank(a));
  }

  return {
    find,

    /**
     * What is at an address and can be indexed.
     * @throws FaultError login_required when it first wants a credential, source_not_recognised when it is nothing
     */
    async best(where: Where): Promise<Found & { readonly probe: Fetched }> {
      return withProbe((await find(where))[0]!, where.url);
    },

    /** The description of a source that is known already, or the news that it has not changed. */
    async again(
      where: Where & { readonly kind: SourceKind; readonly endpoint: boolean; readonly validators?: Validators | undefined },
    ): Promise<(Found & { readonly probe: Fetched }) | Unchanged> {
      const { url, endpoint, validators, ...rest } = where;
      if (endpoint) {
        const kind = kinds.find(({ kind: known }) => known === where.kind);
        const found = kind && (await asEndpoint(kind, { url, ...rest }, OBTAIN_MS));
        if (!found) throw new FaultError('source_not_recognised', `${placeOf(url)} no longer answers as ${where.kind}`);
        return withProbe(found, url);
      }
      const probe = await fetchDocument(upstream, { url, ...rest, ...patience, ...(validators && { validators }) } as Parameters<
        typeof fetchDocument
      >[1]);
      if ('unchanged' in probe) return probe;
      const candidate = await recognise(probe, where.signal);
      if (candidate.kind !== where.kind) throw new FaultError('source_not_recognised', `this is ${candidate.kind}, not ${where.kind}`);
      return { candidate, probe, endpoint: false };
    },
  };
}
export type Detection = ReturnType<typeof createDetection>;

function withProbe({ probe, ...found }: Found, url: string): Found & { readonly probe: Fetched } {
  if (probe) return { ...found, probe };
  const { kind, auth, confidence } = found.candidate;
  // Anything may ask for a credential: only a sure guess counts as one.
  const isSure = confidence >= 0.5;
  const how = auth && auth.schemes.length > 0 ? ` (it names ${auth.schemes.join(', ')})` : '';
  const message = `${placeOf(url)} ${isSure ? `is ${NAMES[kind]} that ` : ''}wants a credential before it describes itself${how}; give it one with a header, or connect the source`;
  const { resourceMetadata, scopes } = auth ?? {};
  const challenge = { resource: url, ...(resourceMetadata && { resourceMetadata }), ...(scopes && { wanted: scopes }) };
  throw new FaultError('login_required', message, { details: { ...(isSure && { kind }), ...(auth && { auth }), challenge } });
}

const NAMES: Record<SourceKind, string> = {
  openapi: 'an OpenAPI document',
  graphql: 'a GraphQL endpoint',
  mcp: 'an MCP server',
  builtin: 'built in',
};

/** Without the query: keys are often in it. */
const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : url);

const NOBODY: ReadonlySet<string> = new Set(['upstream_unreachable', 'egress_refused']);

/** Where nobody is, or nobody may go, the others will not fare better; nor where an answer is larger than any description. */
const isHopeless = (error: unknown): boolean =>
  error instanceof FaultError && (error.code === 'body_too_large' || (NOBODY.has(error.code) && error.details?.sent === false));

function unlessHopeless(error: unknown): undefined {
  if (isHopeless(error)) throw error;
  return undefined;
}

/** Waits for all, or until one is enough. */
async function gather(asks: readonly Promise<Found | undefined>[], isEnough: (found: Found) => boolean) {
  const found: Found[] = [];
  const reasons: unknown[] = [];
  await new Promise<void>(resolve => {
    let open = asks.length;
    for (const [at, ask] of asks.entries()) {
      ask
        .then(answer => {
          if (!answer) return;
          found.push(answer);
          if (isEnough(answer)) resolve();
        })
        .catch(error => {
          reasons[at] = error;
          if (isHopeless(error)) resolve();
        })
        .finally(() => {
          open--;
          if (open === 0) resolve();
        });
    }
  });
  return { found, reasons };
}

/** Why it is nothing: what it is instead, else what reading it as a document met, else what a kind met. */
function whyNot(where: Where, found: readonly Found[], reasons: readonly unknown[]): unknown {
  const [other] = found;
  if (other) return new FaultError('source_not_recognised', `this is ${other.candidate.kind}, not ${where.kind}`);
  // Of a kind that was named, its own words say most.
  const own = where.kind === undefined ? undefined : reasons.slice(1).find(reason => reason !== undefined);
  return (
    own ?? reasons.find(reason => reason !== undefined) ?? new FaultError('source_not_recognised', 'this is not an API executor knows')
  );
}
