import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { FaultError } from '../../../../machines/schema/fault.ts';
import { graphql } from '../../../../runtime/kinds/graphql/graphql.ts';
import { indexed, REAL, toolOf } from './schemas.ts';

/** `_select` on GitHub's `repository`: what is refused before anything is sent, and how it is said. */
describe('a selection of the caller', () => {
  let select: (selection: string) => string;
  before(async () => {
    await graphql.load?.();
    const { request } = toolOf(await indexed(REAL['GitHub, introspected']!()), 'ns.query.repository');
    select = _select => request({ owner: 'o', name: 'n', _select }).query;
  });

  const refused: Readonly<Record<string, readonly [selection: string, message: RegExp]>> = {
    'an unknown field, with the near one': ['{ nmae }', /`Repository` has no field `nmae`; did you mean `name`\?/],
    'an unknown field deep inside': [
      '{ owner { login } issues(first: 1) { nodes { titel } } }',
      /`Issue` has no field `titel`; did you mean `title`\?/,
    ],
    'an unknown argument, with the near one': [
      '{ issues(frist: 1) { totalCount } }',
      /`Repository.issues` takes no argument `frist`; did you mean `first`\?/,
    ],
    'a missing argument': ['{ issue { title } }', /`Repository.issue` needs the argument `number` \(Int!\)/],
    'a value of another type': ['{ issue(number: "1") { title } }', /`Repository.issue\(number:\)` must be Int, not "1"/],
    'an unknown enum value': ['{ issues(states: [OPENED]) { totalCount } }', /must be one of OPEN, CLOSED \(did you mean OPEN\?\)/],
    'an unknown field of an input object': [
      '{ issues(orderBy: { fields: CREATED_AT, direction: ASC }) { totalCount } }',
      /`IssueOrder` takes no argument `fields`; did you mean `field`\?/,
    ],
    'null where there must be a value': ['{ issue(number: null) { title } }', /must not be null/],
    'an object without fields': ['{ owner }', /`Repository.owner` is RepositoryOwner!; select fields of it, such as owner \{ avatarUrl/],
    'a scalar with fields': ['{ name { length } }', /`Repository.name` is String!, which has no fields/],
    'a type it never is': ['{ owner { ... on Issue { title } } }', /`RepositoryOwner` is never `Issue`; it may be Organization, User/],
    'a misspelt type': ['{ owner { ... on Organisation { name } } }', /did you mean `Organization`/],
    'fields of a union without its type': ['{ issueOrPullRequest(number: 1) { title } }', /ask by type: ... on Issue/],
    'a named fragment': ['{ ...Fields }', /write it in place/],
    'two things under one name': ['{ a: name a: url }', /`a` stands for two different things/],
    'the same field with other arguments': ['{ issue(number: 1) { id } issue(number: 2) { id } }', /stands for two different things/],
    'a variable': ['{ issue(number: $n) { title } }', /uses the variable \$n; write the value itself/],
    'a directive of one server': ['{ name @client }', /not @client/],
    'more than a selection': [
      '{ name } mutation { deleteRef(input: {refId: "x"}) { clientMutationId } }',
      /one selection set and nothing beside it/,
    ],
    'an operation': ['query { name }', /has no field `query`/],
    'no GraphQL': ['{ name', /Syntax Error.*give a selection set, such as \{ id name \}/],
    nothing: ['{ }', /Syntax Error/],
  };

  for (const [what, [selection, message]] of Object.entries(refused)) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => select(selection),
        (error: FaultError) => error.code === 'invalid_arguments' && error.details?.path === '/_select' && message.test(error.message),
      );
    });
  }

  const taken: Readonly<Record<string, string>> = {
    'fields, with aliases and arguments':
      '{ name n2: name issues(first: 2, states: [OPEN, CLOSED], orderBy: {field: CREATED_AT, direction: DESC}) { nodes { title } } }',
    'a single value for a list': '{ issues(states: OPEN) { totalCount } }',
    fragments: '{ owner { __typename login ... on User { name } ... on Organization { name teams(first: 1) { totalCount } } ... { id } } }',
    'the same field twice': '{ owner { login } owner { id } }',
    'the directives that leave out': '{ name @include(if: true) url @skip(if: false) }',
    'a comment': '{ name # the name\n url }',
  };
  for (const [what, selection] of Object.entries(taken)) {
    test(`takes ${what} as it is`, () => assert.ok(select(selection).includes(`{ repository(owner: $owner, name: $name) ${selection} }`)));
  }

  test('takes fields without braces, and nothing behind them gets out', () => {
    assert.match(select('name url # and so on'), /\) \{ name url # and so on\n\} \}$/);
    assert.match(select('{ name } # the end'), /\) \{ name \} \}$/);
  });

  test('refuses what is too long or too deep', () => {
    assert.throws(() => select(`{ ${'name '.repeat(20_000)}}`), { code: 'invalid_arguments', message: /50,000 characters/ });
    const deep = `{ ${'parent { '.repeat(40)} id ${'}'.repeat(40)} }`;
    assert.throws(() => select(deep), { code: 'invalid_arguments', message: /25 levels/ });
    assert.throws(() => select(`{ ${'name '.repeat(6_000)}}`), { code: 'invalid_arguments' });
  });
});
