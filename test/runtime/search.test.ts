import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { FaultError } from '../../machines/schema/fault.ts';
import { openapi } from '../../runtime/kinds/openapi/openapi.ts';
import { createSearch, type Search, type SearchHit } from '../../runtime/search.ts';

let github: SearchHit[];
let search: Search;

const pathsFor = (q: string, options: object = {}): string[] => search.query({ q, limit: 5, ...options }).items.map(({ path }) => path);

const hit = (path: string, description: string, keywords = ''): SearchHit => ({
  path,
  source: path.split('.')[0]!,
  description,
  effect: 'read',
  signature: '(input: {}) => Promise<unknown>',
  keywords,
});

before(async () => {
  const bytes = readFileSync(new URL('../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
  const { tools } = await openapi.index({ namespace: 'github', bytes });
  github = tools.map(({ hit, keywords }) => ({ ...hit, keywords }));
  search = createSearch();
  search.put('github', 1, github);
});

test('the best few are the first of all that are found, whatever the question', () => {
  for (const q of [
    'get',
    'list all',
    'create or update a file',
    'delete user',
    'remove a label from an issue',
    'repositry',
    'the',
    'issue comment',
  ]) {
    const all = search.query({ q, limit: 1000 }).items;
    assert.ok(all.length > 5, q);
    for (const limit of [1, 5, 20]) assert.deepEqual(search.query({ q, limit }).items, all.slice(0, limit), q);
  }
});

test('what people mean comes first', () => {
  const meant: Record<string, string> = {
    'create an issue': 'github.issues.create',
    'merge a pull request': 'github.pulls.merge',
    'add a comment to an issue': 'github.issues.createComment',
    'remove a label from an issue': 'github.issues.removeLabel',
    'crate isue': 'github.issues.create',
    createIssueComment: 'github.issues.createComment',
    'get repositry': 'github.repos.get',
    'list organizaton members': 'github.orgs.listMembers',
    'rerun failed jobs of a workflow': 'github.actions.reRunWorkflowFailedJobs',
    'list gists': 'github.gists.list',
  };
  for (const [q, path] of Object.entries(meant)) assert.equal(pathsFor(q)[0], path, q);
});

test('the labelled queries for GitHub are found: hit@1 at least 0.70, hit@5 at least 0.95', () => {
  const all = JSON.parse(readFileSync(new URL('../fixtures/queries.json', import.meta.url), 'utf8')) as { q: string; expect: string[] }[];
  const queries = all.filter(({ expect }) => expect[0]!.startsWith('github.'));
  const first = queries.filter(({ q, expect }) => expect.includes(pathsFor(q)[0]!)).length / queries.length;
  const five = queries.filter(({ q, expect }) => pathsFor(q).some(path => expect.includes(path))).length / queries.length;
  assert.ok(queries.length >= 40);
  assert.ok(first >= 0.7, `hit@1 ${first}`);
  assert.ok(five >= 0.95, `hit@5 ${five}`);
});

test('without words all tools come in the order of their paths, page by page', () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = search.query({ source: 'github', limit: 500, ...(cursor !== undefined && { cursor }) });
    seen.push(...page.items.map(({ path }) => path));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(seen, github.map(({ path }) => path).sort());
});

test('results can be paged through without a gap or a repetition', () => {
  const whole = search.query({ q: 'repository', limit: 50 }).items.map(({ path }) => path);
  const first = search.query({ q: 'repository', limit: 20 });
  const second = search.query({ q: 'repository', limit: 30, cursor: first.nextCursor! });
  assert.deepEqual(
    [...first.items, ...second.items].map(({ path }) => path),
    whole,
  );
});

test('a cursor that is none is refused', () => {
  assert.throws(() => search.query({ q: 'a', cursor: 'nonsense' }), FaultError);
  const { nextCursor } = search.query({ limit: 1 });
  assert.throws(() => search.query({ q: 'issue', cursor: nextCursor! }), FaultError);
});

test('what is not allowed is left out before pages are cut', () => {
  const allowed = (path: string): boolean => path.startsWith('github.issues.');
  const page = search.query({ q: 'create', limit: 3, allowed });
  assert.equal(page.items.length, 3);
  assert.ok(page.items.every(({ path }) => allowed(path)));
  assert.ok(search.query({ limit: 1000, allowed }).items.every(({ path }) => allowed(path)));
});

test('sources are kept apart, replaced and dropped', () => {
  const own = createSearch();
  own.put('a', 1, [hit('a.pets.list', 'List pets'), hit('a.pets.get', 'Get a pet')]);
  own.put('b', 1, [hit('b.pets.list', 'List pets')]);
  assert.deepEqual(
    own.query({ q: 'list pets', source: 'b' }).items.map(({ path }) => path),
    ['b.pets.list'],
  );
  own.put('a', 2, [hit('a.dogs.list', 'List dogs')]);
  assert.deepEqual(own.query({ q: 'pets', source: 'a' }).items, []);
  assert.equal(own.count(), 2);
  own.drop('a');
  assert.deepEqual(
    own.query({}).items.map(({ path }) => path),
    ['b.pets.list'],
  );
  assert.deepEqual(own.query({ source: 'nowhere' }).items, []);
});

test('a word is found in every source that has it, and in those that came, changed or went since the last search', () => {
  const many = createSearch();
  const found = (q: string) =>
    many
      .query({ q, limit: 100 })
      .items.map(({ source }) => source)
      .sort();
  for (let n = 0; n < 40; n++) many.put(`s${n}`, 1, [hit(`s${n}.things.list`, n % 10 === 3 ? 'Lists the zebras' : 'Lists the horses')]);
  assert.deepEqual(found('zebra'), ['s13', 's23', 's3', 's33']);
  many.put('new', 1, [hit('new.things.list', 'Lists the zebras and the okapis')]);
  many.put('s3', 2, [hit('s3.things.list', 'Lists the horses')]);
  many.drop('s13');
  assert.deepEqual(found('zebra'), ['new', 's23', 's33']);
  assert.deepEqual(found('okapi'), ['new']);
  assert.equal(found('horse').length, 37);
});

test('enumeration can be narrowed to a prefix', () => {
  const { items } = search.query({ prefix: 'github.gists.' });
  assert.ok(items.length > 10 && items.every(({ path }) => path.startsWith('github.gists.')));
});

test('a hit comes back as it was put in', () => {
  const { keywords: _, ...expected } = github.find(({ path }) => path === 'github.issues.create')!;
  assert.deepEqual(search.query({ q: 'create an issue', limit: 1 }).items[0], expected);
});

test('near names are found for a path that is wrong anywhere', () => {
  for (const wrong of ['github.issues.creat', 'github.issue.create', 'githb.issues.create', 'github.issues.createIssue']) {
    assert.ok(search.near(wrong).includes('github.issues.create'), wrong);
  }
  assert.deepEqual(createSearch().near('a.b.c'), []);
});

test('text in other scripts and odd queries do no harm', () => {
  const own = createSearch();
  own.put('a', 1, [hit('a.users.list', 'Список пользователей', 'Список пользователей')]);
  assert.equal(own.query({ q: 'пользователей' }).items.length, 1);
  for (const q of ['   ', '!!!', '__proto__', 'constructor', 'a'.repeat(5_000), '\ud800']) own.query({ q });
});
