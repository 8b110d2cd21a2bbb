import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { graphql } from '../../../../runtime/kinds/graphql/graphql.ts';
import { fromIntrospection } from '../../../../runtime/kinds/graphql/introspection.ts';
import { fromSdl } from '../../../../runtime/kinds/graphql/sdl.ts';
import { compile } from '../../../../runtime/schema/engine.ts';
import { testKind } from '../../../contracts/kind.ts';
import { ENDPOINT, indexed, REAL, toolOf } from './schemas.ts';

const LIBRARY = `
"""What the library does."""
type Query {
  "Finds a book. Only by its id."
  book(id: ID!): Book
  books(first: Int = 10, after: String, orderBy: Order, filter: BookFilter): BookConnection!
  search(text: String!, in: [Shelf!] = [FICTION]): [Found!]!
  "Everything with an id"
  node(id: ID!): Node
  count: Int! @deprecated(reason: "Ask for books.")
}
type Mutation {
  addBook(input: AddBook!): AddBookPayload!
  lend(book: ID!, until: Date!, note: String): Loan
}
type Subscription { added: Book  lent(book: ID!): Loan }
interface Node { id: ID! }
type Book implements Node {
  id: ID! title: String! shelf: Shelf! tags: [String!]! published: Date author: Author!
  old: String @deprecated
  pages(from: Int!): [String!]!
  loans(first: Int): LoanConnection!
}
type Author implements Node { id: ID! name: String! born: Date books: [Book!]! }
type Loan implements Node { id: ID! until: Date! title: Int book: Book! }
union Found = Book | Author | Loan
type BookConnection { nodes: [Book!]! pageInfo: PageInfo! totalCount: Int! }
type LoanConnection { edges: [LoanEdge!]! pageInfo: PageInfo! }
type LoanEdge { cursor: String! node: Loan }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type AddBookPayload { book: Book errors: [Problem!]! clientMutationId: String }
type Problem { message: String! field: [String!] }
enum Shelf { FICTION "Facts" SCIENCE OLD @deprecated(reason: "Thrown away") }
input Order { by: OrderBy! = TITLE descending: Boolean = false }
enum OrderBy { TITLE PUBLISHED }
input BookFilter { and: [BookFilter!] shelf: Shelf title: String }
input AddBook { title: String! shelf: Shelf! = FICTION tags: [String!] authorId: ID published: Date old: Int @deprecated }
"A day, as in 2026-01-31."
scalar Date @specifiedBy(url: "https://example.com/date")
`;

const bytes = new TextEncoder().encode(LIBRARY);
const introspected = () => new TextEncoder().encode(JSON.stringify({ data: introspectionFromSchema(buildSchema(LIBRARY)) }));

testKind({
  kind: graphql,
  documents: [
    { name: 'a small schema, SDL', bytes: () => bytes, url: ENDPOINT, tools: 7 },
    { name: 'a small schema, introspected', bytes: introspected, url: ENDPOINT, tools: 7 },
    { name: 'GitHub', bytes: REAL['GitHub, introspected']!, url: 'https://api.github.com/graphql', tools: 272 },
  ],
  others: {
    'an OpenAPI document': Buffer.from('{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}'),
    'operations instead of a schema': Buffer.from('query { viewer { login } }'),
    'a schema with nothing to call': Buffer.from('type Query type Thing { id: ID }'),
    'a page': Buffer.from('<!doctype html><html><body>GraphiQL</body></html>'),
    'broken SDL': Buffer.from('type Query { book(id: ID!: Book }'),
  },
});

test('SDL and introspection of the same schema give the same tools', async () => {
  const [one, other] = await Promise.all([indexed(bytes), indexed(introspected())]);
  assert.deepEqual(
    one.tools.map(({ tool }) => tool),
    other.tools.map(({ tool }) => tool),
  );
  assert.deepEqual(
    fromSdl(LIBRARY).types.get('Found'),
    fromIntrospection(JSON.parse(Buffer.from(introspected()).toString()), () => {}).types.get('Found'),
  );
});

test('extensions of a schema join what they extend', async () => {
  const { tools } = await indexed(
    'schema { query: Root } type Root { a: Int } extend type Root { b(x: E = TWO): E } enum E { ONE } extend enum E { TWO }',
  );
  assert.deepEqual(
    tools.map(({ tool }) => tool.path),
    ['ns.query.a', 'ns.query.b'],
  );
});

test('arguments become a schema: defaults, enums, lists, input objects, scalars, null where it is allowed', async () => {
  const catalog = await indexed(bytes);
  const errorsOf = (path: string, input: unknown) =>
    compile(toolOf(catalog, path).tool.inputSchema, name => catalog.definitions.get(name))(input).map(
      ({ instancePath, message }) => `${instancePath} ${message}`,
    );
  assert.deepEqual(errorsOf('ns.query.book', { id: 7 }), [], 'an ID may be a number');
  assert.notEqual(errorsOf('ns.query.book', { id: null }).length, 0, 'what may not be null is not');
  assert.notEqual(errorsOf('ns.query.book', {}).length, 0);
  assert.notEqual(errorsOf('ns.query.book', { id: '7', page: 1 }).length, 0, 'unknown arguments are refused');
  assert.deepEqual(errorsOf('ns.query.books', {}), []);
  assert.deepEqual(errorsOf('ns.query.books', { first: null, filter: { and: [{ shelf: 'SCIENCE' }, { title: null }] }, orderBy: {} }), []);
  assert.notEqual(errorsOf('ns.query.books', { filter: { and: [{ shelf: 'COOKERY' }] } }).length, 0);
  assert.notEqual(errorsOf('ns.query.books', { first: 2 ** 31 }).length, 0, 'an Int has 32 bits');
  assert.deepEqual(errorsOf('ns.mutation.lend', { book: 'b', until: '2026-01-31' }), []);
  assert.deepEqual(errorsOf('ns.mutation.lend', { book: 'b', until: { day: 31 } }), [], 'a custom scalar passes through');
  const { properties } = toolOf(catalog, 'ns.query.books').tool.inputSchema as { properties: Record<string, { default?: unknown }> };
  assert.equal(properties.first!.default, 10);
  const order = catalog.definitions.get('Order') as { properties: Record<string, { default?: unknown }>; required?: string[] };
  assert.equal(order.properties.by!.default, 'TITLE');
  assert.equal(order.required, undefined, 'what has a default is not required');
  const search = toolOf(catalog, 'ns.query.search').tool.inputSchema as {
    properties: Record<string, { default?: unknown }>;
    required: string[];
  };
  assert.deepEqual([search.properties.in!.default, search.required], [['FICTION'], ['text']]);
});

test('what is deprecated is there and says so', async () => {
  const catalog = await indexed(bytes);
  assert.match(toolOf(catalog, 'ns.query.count').tool.description, /^Deprecated: Ask for books\./);
  const add = catalog.definitions.get('AddBook') as { properties: Record<string, { description?: string }> };
  assert.match(add.properties.old!.description ?? '', /^Deprecated: No longer supported/);
  assert.match((catalog.definitions.get('Shelf') as { description: string }).description, /SCIENCE: Facts\nOLD: Deprecated: Thrown away/);
});

test('queries read, mutations write, subscriptions are listed with the reason', async () => {
  const { tools, report, warnings } = await indexed(bytes);
  assert.deepEqual(new Set(tools.filter(({ tool }) => tool.path.includes('.query.')).map(({ tool }) => tool.effect)), new Set(['read']));
  assert.deepEqual(
    new Set(tools.filter(({ tool }) => tool.path.includes('.mutation.')).map(({ tool }) => tool.effect)),
    new Set(['write']),
  );
  assert.deepEqual(
    report.unsupported?.map(({ operation }) => operation),
    ['subscription.added', 'subscription.lent'],
  );
  assert.match(warnings.join('\n'), /2 subscriptions are not supported, because .*: added, lent\./);
});

test('the default selection has the telling leaves, two levels deep, pages of connections, and each of a union', async () => {
  const catalog = await indexed(bytes);
  const selected = (path: string) => (toolOf(catalog, path).tool.binding as { selection?: string }).selection;
  const loans = 'loans(first: 10) { edges { node { id until title } } pageInfo { hasNextPage endCursor } }';
  assert.equal(selected('ns.query.book'), `{ id title shelf tags published author { id name born } ${loans} }`);
  assert.equal(
    selected('ns.query.books'),
    '{ totalCount nodes { id title shelf tags published author { id name born } } pageInfo { hasNextPage endCursor } }',
  );
  assert.equal(
    selected('ns.query.search'),
    '{ __typename ... on Book { id title shelf tags } ... on Author { id name born } ... on Loan { id until title_Loan: title } }',
  );
  assert.match(selected('ns.query.node')!, /^\{ __typename id \.\.\. on Book \{ title /);
  assert.match(selected('ns.mutation.addBook')!, /^\{ clientMutationId book \{ id title .*errors \{ message field \} \}$/);
  assert.equal(selected('ns.query.count'), undefined);
});

test('the output schema is what the default selection brings', async () => {
  const catalog = await indexed(bytes);
  const { outputSchema } = toolOf(catalog, 'ns.query.search').tool;
  const errorsOf = compile(outputSchema!, name => catalog.definitions.get(name));
  assert.deepEqual(
    errorsOf([
      { __typename: 'Book', id: '1', title: 'Emma', shelf: 'FICTION', tags: [] },
      { __typename: 'Loan', title_Loan: 3 },
    ]),
    [],
  );
  assert.notEqual(errorsOf([{ id: 1 }]).length, 0);
  assert.deepEqual(compile(toolOf(catalog, 'ns.query.book').tool.outputSchema!, name => catalog.definitions.get(name))(null), []);
});

test('a request declares the variables that are given, and nothing else', async () => {
  const { request } = toolOf(await indexed(bytes), 'ns.query.books');
  const { query, variables } = request({ first: 3, filter: { shelf: 'FICTION' } });
  assert.match(query, /^query books\(\$first: Int, \$filter: BookFilter\) \{ books\(first: \$first, filter: \$filter\) \{ totalCount /);
  assert.deepEqual(variables, { first: 3, filter: { shelf: 'FICTION' } });
  assert.match(request({}).query, /^query books \{ books \{ /);
});

test('without an endpoint a schema is indexed, and a call says what is missing', async () => {
  const { tools, warnings, definitions } = await graphql.index({ namespace: 'ns', bytes });
  assert.match(warnings.join(' '), /give the source a base URL/);
  const call = () => graphql.request(tools[0]!.tool, { id: '1' }, { definition: name => definitions.get(name) });
  assert.throws(call, { code: 'invalid_arguments', message: /base URL/ });
  const { url } = graphql.request(tools[0]!.tool, { id: '1' }, { baseUrl: 'https://library.example/api' });
  assert.equal(url, 'https://library.example/api');
});
