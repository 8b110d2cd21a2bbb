/** What `invoke` takes and answers besides a tool's own input and output (CONTRACT, section 4), as components of the document. */

const text = { type: 'string' } as const;

export const ENVELOPE_SCHEMAS = {
  'executor.Http': {
    type: 'object',
    required: ['status', 'headers'],
    properties: { status: { type: 'integer' }, headers: { type: 'object', additionalProperties: text } },
  },
  'executor.Fault': {
    type: 'object',
    required: ['code', 'message'],
    properties: { code: text, message: text, details: { type: 'object', additionalProperties: true } },
  },
  'executor.Failure': {
    type: 'object',
    required: ['ok', 'error'],
    properties: {
      ok: { const: false },
      error: { $ref: '#/components/schemas/executor.Fault' },
      executionId: text,
      http: { $ref: '#/components/schemas/executor.Http' },
    },
  },
  'executor.Paused': {
    type: 'object',
    required: ['ok', 'error'],
    properties: {
      ok: { const: false },
      error: {
        type: 'object',
        required: ['code', 'message', 'executionId', 'approvalUrl', 'resumePath', 'interactions'],
        properties: {
          code: { enum: ['execution_paused', 'login_required', 'execution_running'] },
          message: text,
          executionId: text,
          approvalUrl: text,
          resumePath: text,
          interactions: { type: 'array', items: { type: 'object', additionalProperties: true } },
        },
      },
    },
  },
};

export const ENVELOPE_PARAMETERS = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'The same request with the same key is the same execution, for 24 hours',
    schema: text,
  },
  connection: { name: 'connection', in: 'query', description: 'Which connection of the source to use', schema: text },
  wait: {
    name: 'wait',
    in: 'query',
    description: 'Seconds to wait at most for the call to be settled or to wait for a person',
    schema: { type: 'number', minimum: 0, maximum: 3600 },
  },
};

const answer = (description: string, schema: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

export const ENVELOPE_RESPONSES = {
  Paused: answer('The call waits for a person, or is still running', 'executor.Paused'),
  Refused: answer('The call was not made', 'executor.Failure'),
};
