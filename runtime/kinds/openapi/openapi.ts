import type { Kind } from '../kind.ts';
import { readResponse } from '../read-response.ts';
import { detectOpenApi } from './detect.ts';
import { idempotencyArgument } from './idempotency.ts';
import { makeRequest } from './request.ts';
import { indexOpenApi } from './tools.ts';

/** OpenAPI documents: every operation is a tool. */
export const openapi: Kind = {
  kind: 'openapi',
  detect: detectOpenApi,
  index: indexOpenApi,
  request: makeRequest,
  idempotencyArgument,
  read: readResponse,
};
