import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_OF_FAULT, exitOfFault, exitOfState } from '../../cli/exit-codes.ts';
import { FaultCode } from '../../machines/schema/fault.ts';

// CONTRACT, section 4, the column "exit".
const OTHER_THAN_1 = {
  tool_blocked: 5,
  approval_denied: 5,
  approval_expired: 5,
  forbidden: 5,
  unauthorized: 4,
  execution_paused: 3,
  execution_running: 3,
  login_required: 4,
} as const;

test('every fault code has the exit code of the contract', () => {
  const codes = FaultCode.anyOf.map(each => each.const);
  assert.deepEqual(Object.keys(EXIT_OF_FAULT).sort(), [...codes].sort());
  for (const code of codes) assert.equal(exitOfFault({ code }), (OTHER_THAN_1 as Record<string, number>)[code] ?? 1, code);
});

test('a code of a newer daemon is a failure', () => {
  assert.equal(exitOfFault({ code: 'invented_later' as never }), 1);
});

test('states exit as what they mean', () => {
  assert.equal(exitOfState('done'), 0);
  assert.equal(exitOfState('awaitingApproval'), 3);
  assert.equal(exitOfState('paused'), 3);
  assert.equal(exitOfState('denied'), 5);
  assert.equal(exitOfState('cancelled'), 1);
  assert.equal(exitOfState('failed', { code: 'upstream_http_error', message: '' }), 1);
  assert.equal(exitOfState('failed', { code: 'unauthorized', message: '' }), 4);
  assert.equal(exitOfState('authenticating'), 4);
});
