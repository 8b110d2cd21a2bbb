import type { Kind } from '../kind.ts';
import { detectGraphql } from './detect.ts';
import { obtainGraphql } from './obtain.ts';
import { readAnswer } from './read.ts';
import { loadSelect, makeRequest } from './request.ts';
import { indexGraphql } from './tools.ts';

/** GraphQL APIs: every field of the query and mutation roots is a tool. */
export const graphql: Kind = {
  kind: 'graphql',
  detect: detectGraphql,
  obtain: obtainGraphql,
  index: indexGraphql,
  load: loadSelect,
  request: makeRequest,
  read: readAnswer,
};
