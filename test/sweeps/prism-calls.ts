import { sample } from '../../runtime/schema/sample.ts';
import type { Api } from '../api.ts';
import { type Verdict, verdictOf } from './prism-verdict.ts';

/** One operation called with its sample; a second time where Prism missed what the sample left out. */
export interface Call {
  readonly path: string;
  readonly input: unknown;
  readonly verdict: Verdict;
  /** Accepted only when the arguments that Prism takes for sent were really sent. */
  readonly filled: boolean;
}

/** The paths of all tools of the source `api`. */
export async function pathsOf(api: Api, namespace: string): Promise<string[]> {
  const paths: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.get(`/api/tools?source=${namespace}&limit=1000${cursor}`);
    paths.push(...body.items.map(({ path }: { path: string }) => path));
    if (body.nextCursor === undefined) return paths;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

/**
 * Calls a tool with the sample that `describe` gives. Prism reads a `deepObject` argument that is not there as an empty object and misses
 * what that would require: then the call is made once more with those arguments in the sample, and counts as filled in.
 */
export async function callOf(api: Api, path: string, prism: string): Promise<Call> {
  const { body: described } = await api.get(`/api/tools/${encodeURIComponent(path)}`);
  const attempt = async (input: unknown): Promise<Verdict> => verdictOf((await api.invoke(encodeURIComponent(path), input)).body, prism);
  let input = described.sample;
  const first = await attempt(input);
  let verdict = first;
  for (let round = 0; round < 4 && !verdict.accepted; round++) {
    const missing = missedIn(described.inputSchema, input, verdict);
    if (missing.length === 0) break;
    input = {
      ...(sample(requiring(described.inputSchema, [...Object.keys(input), ...missing]), definitionsOf(described.inputSchema)) as object),
      ...input,
    };
    verdict = await attempt(input);
  }
  return verdict.accepted
    ? { path, input, verdict, filled: verdict !== first }
    : { path, input: described.sample, verdict: first, filled: false };
}

interface Described {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly $defs?: Readonly<Record<string, never>>;
}

/** Arguments of objects that were not sent and that Prism complains of all the same; of a body that was not sent, its first. */
function missedIn({ properties = {} }: Described, input: Readonly<Record<string, unknown>>, { complaints }: Verdict): string[] {
  const missed = complaints.flatMap(({ location, code }) => {
    if (code === 'required' && location.join('/') === 'request/body' && Object.keys(input).length === 0) {
      return Object.keys(properties)
        .filter(name => !name.startsWith('_'))
        .slice(0, 1);
    }
    return location.slice(1, 3).filter(name => Object.hasOwn(properties, name) && !Object.hasOwn(input, name));
  });
  return [...new Set(missed)];
}

const requiring = (schema: object, names: readonly string[]) => ({ ...schema, required: [...new Set(names)] });

const definitionsOf =
  ({ $defs = {} }: Described) =>
  (name: string) =>
    $defs[name];
