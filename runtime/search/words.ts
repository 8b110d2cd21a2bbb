import { distance } from '../schema/near.ts';

/** Words as the index knows them: lower case, in their stem, with what people call the same thing under one name. */

const STOP = new Set(
  'a an the of to for in on at by with from into and or my our your this that these those is are be me i we you it its please how do does can want need would like using via as some any given specific which or one someone somebody'.split(
    ' ',
  ),
);

/** Splits text into raw words, in lower case: at everything that is no letter or digit, and inside camelCase. */
export function split(source: string): string[] {
  const words: string[] = [];
  let start = -1;
  let before = OTHER;
  for (let at = 0; at <= source.length; at++) {
    const code = at < source.length ? source.charCodeAt(at) : 32;
    // Other scripts are rare in the names of APIs; they take the slow way, whole.
    if (code > 127) return splitAny(source);
    const now = CLASSES[code]!;
    const hump = now === UPPER && before === LOWER;
    const acronym = now === LOWER && before === UPPER && at - start > 1 && CLASSES[source.charCodeAt(at - 2)] === UPPER;
    if (start >= 0 && (now === OTHER || hump || acronym)) {
      const end = acronym ? at - 1 : at;
      if (end > start) words.push(source.slice(start, end).toLowerCase());
      start = now === OTHER ? -1 : end;
    } else if (start < 0 && now !== OTHER) start = at;
    before = now;
  }
  return words;
}

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
/** Digits go with what is before them, as small letters do. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code);
  return /[a-z0-9]/.test(c) ? LOWER : /[A-Z]/.test(c) ? UPPER : OTHER;
});

const splitAny = (source: string): string[] =>
  source
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const cache = new Map<string, string>();

/** A light stem: plurals, -ing, -ed and a silent e are taken off, so that "merging", "merged" and "merges" are one word. */
export function stem(word: string): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const result = stemmed(word);
  if (cache.size > 50_000) cache.clear();
  cache.set(word, result);
  return result;
}

const ALIKE: Readonly<Record<string, string>> = {
  repositories: 'repo',
  repository: 'repo',
  repos: 'repo',
  organization: 'org',
  organizations: 'org',
  organisation: 'org',
  organisations: 'org',
  orgs: 'org',
  environment: 'env',
  environments: 'env',
  envs: 'env',
  configuration: 'config',
  configurations: 'config',
  application: 'app',
  applications: 'app',
  information: 'info',
  document: 'doc',
  documents: 'doc',
  documentation: 'doc',
  message: 'messag',
  msg: 'messag',
  database: 'db',
  databases: 'db',
  administrator: 'admin',
  administrators: 'admin',
  authentication: 'auth',
  directory: 'dir',
  directories: 'dir',
  image: 'img',
  images: 'img',
  picture: 'img',
  pictures: 'img',
  transaction: 'tx',
  transactions: 'tx',
  people: 'person',
  children: 'child',
  statuses: 'status',
};

function stemmed(word: string): string {
  const alike = ALIKE[word];
  if (alike !== undefined && Object.hasOwn(ALIKE, word)) return alike;
  if (word.length < 4 || /\d/.test(word)) return word.length === 3 && /^[^s]+s$/.test(word) ? word.slice(0, 2) : word;
  let out = word;
  if (/(ss|us|is)$/.test(out)) return out;
  if (out.endsWith('ies') && out.length > 4) out = `${out.slice(0, -3)}y`;
  else if (/(x|ch|sh|ss|zz)es$/.test(out)) out = out.slice(0, -2);
  else if (out.endsWith('s')) out = out.slice(0, -1);
  const cut = /^(.*[aeiouy].*)(ing|ed)$/.exec(out)?.[1];
  if (cut !== undefined && cut.length > 2) out = /([bdfgmnprt])\1$/.test(cut) ? cut.slice(0, -1) : cut;
  if (out.length > 3 && out.endsWith('e')) out = out.slice(0, -1);
  return out;
}

/** Whether a word carries no meaning of its own. */
export const isStop = (word: string): boolean => STOP.has(word);

/** What a word stands for that is a slip or two away from one with a shorter form: "repositry" is repo. */
export function alikeMisspelt(word: string): { word: string; distance: number }[] {
  const allowed = word.length > 7 ? 2 : 1;
  return Object.entries(ALIKE).flatMap(([long, short]) => {
    if (long.length < 6 || long[0] !== word[0] || Math.abs(long.length - word.length) > allowed) return [];
    const far = distance(word, long, allowed);
    return far <= allowed ? [{ word: short, distance: far }] : [];
  });
}

/** The stems of a text that carry meaning, in order. */
export function tokens(source: string): string[] {
  const all = split(source);
  const telling = all.filter(word => !STOP.has(word));
  return (telling.length > 0 ? telling : all).map(stem);
}

/** What people ask for with one verb and APIs name with another; each word leads to the others of its line, less sure than itself. */
const VERBS = [
  'create add make new open insert register',
  'create start begin',
  'delete remove destroy drop erase discard',
  'get show fetch read view retrieve see describe lookup find display check',
  'list all enumerate every browse show get',
  'update edit change modify patch set alter',
  'update close reopen',
  'search find query lookup list',
  'post create',
  'send post publish deliver dispatch',
  'publish create',
  'put update set replace',
  'set create',
  'start begin launch trigger dispatch run',
  'stop end halt cancel abort',
  'cancel delete',
  'enable activate',
  'disable deactivate',
  'rerun retry restart',
  'download export fetch get',
  'upload attach import',
  'lock freeze',
  'invite add create',
  'assign add',
  'approve submit create',
  'request create',
  'merge combine',
  'check verify validate test whether',
];

/** Things that have several names. */
const THINGS = [
  'user account member person',
  'pr pull',
  'settings config preference',
  'notification alert',
  'invite invitation',
  'refund reimburse',
  'charge bill payment',
  'comment reply note',
  'team group',
  'current authenticated myself me own',
  'ticket issue bug',
  'star favorite favourite like',
  'avatar photo img',
  'file content blob',
  'money balance fund',
  'assign assignee',
  'react reaction emoji',
];

/** Nouns that are said as verbs for making one: "comment on an issue" means to create a comment. */
const MADE = new Set('comment react reply review subscribe label tag fork note email messag refund charge invoice'.split(' ').map(stem));

function lines(source: readonly string[]): Map<string, ReadonlySet<string>> {
  const related = new Map<string, ReadonlySet<string>>();
  for (const line of source.map(words => words.split(' ').map(stem))) {
    for (const word of line) related.set(word, new Set([...(related.get(word) ?? []), ...line.filter(other => other !== word)]));
  }
  return related;
}

const verbs = lines(VERBS);
const things = lines(THINGS);
const NONE: ReadonlySet<string> = new Set();

/** Other words for a word. What is a verb where it leads a query is none further in: "list open pulls" opens nothing. */
export const synonymsOf = (word: string, leads: boolean): ReadonlySet<string> => {
  const thing = things.get(word) ?? NONE;
  const verb = leads ? (verbs.get(word) ?? NONE) : NONE;
  return thing.size === 0 ? verb : verb.size === 0 ? thing : new Set([...verb, ...thing]);
};

/** Whether a query that begins so asks for one to be made. */
export const isMade = (word: string): boolean => MADE.has(word);

/** Words that ask for something to go away: without them nobody means a tool that deletes. */
export const DELETING: ReadonlySet<string> = new Set(
  'delete remove destroy drop erase discard cancel void clear revoke detach unset unassign block ban'.split(' ').map(stem),
);

/** Said about a thing without telling which: these help only where they lead. */
export const VAGUE: ReadonlySet<string> = new Set('new existing someone somebody something every all current own'.split(' ').map(stem));
