import type { Fault } from '../machines/schema/fault.ts';

/** The command line itself is wrong: exit 2. `hint` says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** No daemon answers and none could be started: exit 6. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** The daemon answered with a fault: exit by its code. `body` is the answer as it came. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly fault: Fault;
  readonly status: number;
  readonly body: unknown;

  constructor(fault: Fault, status: number, body: unknown) {
    super(fault.message);
    this.fault = fault;
    this.status = status;
    this.body = body;
  }
}
