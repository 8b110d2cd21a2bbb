import { encodeTime } from 'ulid';
import type { CallContext } from '../machines/schema/call.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { ProgramContext } from '../machines/schema/program.ts';
import type { Place } from './intersect.ts';
import type { IndexRow } from './logic.ts';
import type { ExecutionFilter } from './runtime.ts';
import type { Store } from './store.ts';
import { isWaiting } from './views.ts';

/** So many words of an input are found by a search of the history. */
const WORDS = 12;
const WORD_CHARACTERS = 32;

/** The words of a text, as they are indexed: lower case, camelCase taken apart. */
export function wordsOf(text: string): string[] {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[\p{L}\p{N}_]+/gu);
  return [...new Set(words ?? [])].map(word => word.slice(0, WORD_CHARACTERS));
}

/** The first words of the values of an input. */
export function inputWords(input: unknown, room = WORDS): string[] {
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (words.size >= room) return;
    if (typeof value === 'string' || typeof value === 'number') {
      for (const word of wordsOf(String(value).slice(0, 256))) if (words.size < room) words.add(word);
    } else if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) visit(item);
    }
  };
  visit(input);
  return [...words];
}

const BUSY = new Set(['resolving', 'judging', 'running']);

/** States that are passed through: what is in them is found among the active actors, which costs a call two index rows less. */
export const isBusy = (state: string): boolean => BUSY.has(state);

/**
 * Where an execution is found: one that has a parent only under it, and among what waits. A new one that is still busy is found among the
 * active actors, and is put here when it first rests. Rows of what filters are often combined with hold the other facts, so that a range
 * can be narrowed without looking anything up; a row that holds none says nothing, and the execution itself has to be looked at.
 */
export function indexRows(id: string, state: string, context: CallContext): IndexRow[] {
  const rows: IndexRow[] = isWaiting(state) ? [[`pending!${id}`, '']] : [];
  if (state === 'authenticating' && context.login) rows.push([loginKey(context.login.source, context.login.connection, id), '']);
  if (context.parent) {
    if (context.interactions.length > 0) rows.push([`asked!${context.parent}!${id}`, '']);
    return [...rows, [`parent!${context.parent}!${id}`, '']];
  }
  const busy = isBusy(state);
  if (busy && context.interactions.length === 0) return rows;
  const principal = context.principal.id;
  const facts = busy ? '' : factsOf(state, principal);
  rows.push(
    [`all!${id}`, ''],
    [`tool!${context.path}!${id}`, facts],
    [`source!${sourceOf(context)}!${id}`, facts],
    [`principal!${principal}!${id}`, facts],
  );
  if (!busy) rows.push([`state!${state}!${id}`, '']);
  for (const word of searchWords(context)) rows.push([`word!${word}!${id}`, '']);
  return rows;
}

/** Where a program is found; running ones are among the active actors as well. */
export function programRows(id: string, state: string, context: ProgramContext): IndexRow[] {
  const principal = context.principal.id;
  const busy = isBusy(state);
  return [
    [`all!${id}`, ''],
    ...(busy ? [] : [[`state!${state}!${id}`, ''] as const]),
    [`principal!${principal}!${id}`, busy ? '' : factsOf(state, principal)],
    ...[...programWords(context)].map(word => [`word!${word}!${id}`, ''] as const),
  ];
}

const programWords = ({ words = [], fault }: ProgramContext): Set<string> => new Set([...words, ...(fault ? [fault.code] : [])]);

/** No state has a space in its name. */
const factsOf = (state: string, principal: string): string => `${state} ${principal}`;

/** Where a call is found that waits for a login: by the connection it names, or by the source alone. */
export const loginKey = (source: string, connection = '', id = ''): string => `login!${source}/${connection}!${id}`;

const sourceOf = ({ path }: CallContext): string => path.slice(0, path.indexOf('.'));

const ofPaths = new Map<string, readonly string[]>();

/** The words of a tool's path; there are few paths, and each is called often. */
function pathWords(path: string): readonly string[] {
  const known = ofPaths.get(path);
  if (known) return known;
  if (ofPaths.size >= 10_000) ofPaths.clear();
  const words = wordsOf(path);
  ofPaths.set(path, words);
  return words;
}

/** Every word an execution is found by. */
export const searchWords = ({ path, words = [], fault }: CallContext): Set<string> => {
  const found = new Set([...pathWords(path), ...words]);
  if (fault) found.add(fault.code);
  return found;
};

export interface Plan {
  /** Index ranges whose intersection is the answer, but for what `fits` still has to say. */
  ranges: Range[];
  /** Whether the answer has active executions too, which are in none of these ranges. */
  active: boolean;
  /** Bounds on the id, which begins with the time. */
  after?: string;
  before?: string;
  fits(state: string, context: CallContext): boolean;
  fitsProgram(state: string, context: ProgramContext): boolean;
}

/** A range of the index, and which of its rows may belong to the answer by what they hold. */
export interface Range {
  prefix: string;
  admits?(facts: string): boolean;
}

/**
 * How a filter is answered.
 * @param only the principal whose executions alone may be seen
 */
export function planOf(filter: ExecutionFilter, only: string | undefined): Plan {
  const { state, tool, source, parent, q } = filter;
  const principal = only ?? filter.principal;
  const words = wordsOf(q ?? '');
  const bounds = {
    ...(filter.since !== undefined && { after: `exec_${timeOf(filter.since)}` }),
    ...(filter.until !== undefined && { before: `exec_${timeOf(filter.until)}~` }),
  };
  const fits: Plan['fits'] = (actual, context) =>
    (parent === undefined ? state === 'pending' || context.parent === undefined : context.parent === parent) &&
    (!state || (state === 'pending' ? isWaiting(actual) : actual === state)) &&
    (!tool || context.path === tool) &&
    (!source || sourceOf(context) === source) &&
    (!principal || context.principal.id === principal) &&
    hasWords(words, () => searchWords(context));
  const fitsProgram: Plan['fitsProgram'] = (actual, context) =>
    parent === undefined &&
    !tool &&
    !source &&
    (!state || actual === state) &&
    (!principal || context.principal.id === principal) &&
    hasWords(words, () => programWords(context));
  const rest = { ...bounds, fits, fitsProgram };
  if (only !== undefined && filter.principal !== undefined && filter.principal !== only) return { ranges: [], active: false, ...rest };
  // Children are only found under their parent and among what waits: the rest is looked up in their rows.
  if (parent !== undefined) return { ranges: [{ prefix: `parent!${parent}!` }], active: false, ...rest };
  if (state === 'pending') return { ranges: [{ prefix: 'pending!' }], active: false, ...rest };
  if (state !== undefined && isBusy(state)) return { ranges: [], active: true, ...rest };

  const admits = state || principal ? narrowed(state, principal) : undefined;
  const narrowest = tool ? `tool!${tool}!` : source ? `source!${source}!` : principal ? `principal!${principal}!` : undefined;
  const ranges: Range[] = narrowest ? [{ prefix: narrowest, ...(admits && { admits }) }] : state ? [{ prefix: `state!${state}!` }] : [];
  ranges.push(...words.map(word => ({ prefix: `word!${word}!` })));
  return { ranges: ranges.length > 0 ? ranges : [{ prefix: 'all!' }], active: state === undefined, ...rest };
}

function narrowed(state: string | undefined, principal: string | undefined): (facts: string) => boolean {
  if (state && principal) {
    const wanted = factsOf(state, principal);
    return facts => facts === wanted || facts === '';
  }
  const [start, end] = [`${state} `, ` ${principal}`];
  return facts => facts === '' || (state ? facts.startsWith(start) : facts.endsWith(end));
}

function hasWords(words: readonly string[], of: () => ReadonlySet<string>): boolean {
  if (words.length === 0) return true;
  const own = of();
  return words.every(word => own.has(word));
}

/** The places in the store that a plan's ranges mean. */
export const rangesOf = (store: Store, ranges: readonly Range[]): Place[] => ranges.map(range => ({ space: store.index, ...range }));

function timeOf(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time) || time < 0) throw new FaultError('invalid_arguments', `"${iso}" is no time; write it like 2026-01-31T12:00:00Z`);
  return encodeTime(time, 10).toLowerCase();
}
