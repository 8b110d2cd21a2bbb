import type { RequestListener } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { testFaults } from '../../../contracts/faults.ts';

const yoga = createYoga({
  schema: createSchema({
    typeDefs: 'type Query { thing(id: ID!): Thing } type Thing { id: ID! }',
    resolvers: { Query: { thing: (_: unknown, { id }: { id: string }) => ({ id }) } },
  }),
  logging: false,
});

testFaults({
  kind: 'graphql',
  upstream: (req, res) => void (yoga as unknown as RequestListener)(req, res),
  input: url => ({ url: `${url}/graphql` }),
  read: { path: 'bad.query.thing', input: { id: '7' }, result: { id: '7' } },
});
