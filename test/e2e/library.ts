import { createServer, type IncomingMessage, type Server } from 'node:http';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';

export interface Library {
  readonly url: string;
  /** Every request: its operation and the authorization it carried. */
  readonly requests: { operation?: string; query?: string; authorization?: string | undefined }[];
  readonly books: Map<string, { id: string; title: string; published: string }>;
  /** Refuses those who do not say this. */
  token: string | undefined;
  introspection: boolean;
  close(): Promise<void>;
}

const day = new GraphQLScalarType({
  name: 'Day',
  description: 'A day, as in 2026-01-31.',
  parseValue: value => parsedDay(value),
  parseLiteral: node => parsedDay(node.kind === Kind.STRING ? node.value : undefined),
  serialize: value => String(value),
});

function parsedDay(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) throw new GraphQLError(`Day cannot be ${JSON.stringify(value)}`);
  return value;
}

export const SDL = `
scalar Day
type Query {
  "Finds one book."
  book(id: ID!): Book
  books(publishedAfter: Day): [Book!]!
  search(text: String!): [Found!]!
  secret: String
}
type Mutation { addBook(title: String!, published: Day!): Book!  burn(id: ID!): Boolean! }
type Subscription { added: Book }
union Found = Book | Author
type Book { id: ID! title: String! published: Day! author: Author review: String }
type Author { id: ID! name: String! }
`;

/** A GraphQL server as people run them: GraphQL Yoga, with a scalar of its own, a union, fields that fail, and a door that can be closed. */
export async function openLibrary(sdl: string = SDL): Promise<Library> {
  const books = new Map([['1', { id: '1', title: 'Emma', published: '1815-12-23' }]]);
  const author = { id: 'a1', name: 'Jane Austen' };
  const schema = createSchema({
    typeDefs: sdl,
    resolvers: {
      Day: day,
      Query: {
        book: (_: unknown, { id }: { id: string }) => books.get(id) ?? null,
        books: (_: unknown, { publishedAfter }: { publishedAfter?: string }) =>
          [...books.values()].filter(({ published }) => !publishedAfter || published > publishedAfter),
        search: (_: unknown, { text }: { text: string }) => [
          ...[...books.values()].filter(({ title }) => title.includes(text)).map(book => ({ __typename: 'Book', ...book })),
          ...(author.name.includes(text) ? [{ __typename: 'Author', ...author }] : []),
        ],
        secret: () => {
          throw new GraphQLError('You may not read this.', { extensions: { code: 'FORBIDDEN' } });
        },
      },
      Mutation: {
        addBook: (_: unknown, { title, published }: { title: string; published: string }) => {
          const book = { id: String(books.size + 1), title, published };
          books.set(book.id, book);
          return book;
        },
        burn: (_: unknown, { id }: { id: string }) => books.delete(id),
      },
      Book: {
        author: () => author,
        review: ({ title }: { title: string }) => {
          throw new GraphQLError(`Nobody has reviewed ${title}.`);
        },
      },
    } as never,
  });
  const yoga = createYoga({ schema, logging: false, maskedErrors: false });
  const library = { requests: [], books, token: undefined, introspection: true } as unknown as {
    -readonly [K in keyof Library]: Library[K];
  };
  const server = createServer(async (req, res) => {
    const body = await bodyOf(req);
    const { operationName, query } = body === '' ? ({} as Record<string, string>) : (JSON.parse(body) as Record<string, string>);
    const { authorization } = req.headers;
    library.requests.push({ ...(operationName && { operation: operationName }), ...(query && { query }), authorization });
    if (library.token !== undefined && authorization !== `Bearer ${library.token}`) {
      return void res.writeHead(401, { 'www-authenticate': 'Bearer realm="library"' }).end('{"message":"Who are you?"}');
    }
    if (!library.introspection && query?.includes('__schema')) {
      const errors = [{ message: 'GraphQL introspection has been disabled', extensions: { code: 'INTROSPECTION_DISABLED' } }];
      return void res.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
    }
    const headers = Object.fromEntries(
      Object.entries(req.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
    const answer = await yoga.fetch(`http://library${req.url}`, { method: req.method!, headers, ...(body !== '' && { body }) });
    res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  library.close = () => closed(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  library.url = `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
  return library;
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const closed = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
