import type { Fault } from '../machines/schema/fault.ts';
import { EXIT, exitOfFault } from './exit-codes.ts';
import { AnswerError, UnreachableError, UsageError } from './failure.ts';
import { noteFault } from './faults.ts';
import { note, outJson, paint, shown } from './print.ts';

/** Says what went wrong on stderr (with `--json` also as data) and gives the exit code. */
export function report(error: unknown, json: boolean): number {
  if (error instanceof UsageError) {
    note(`${paint('red', 'executor', process.stderr)}: ${shown(error.message)}`);
    if (error.hint) note(`  ${shown(error.hint)}`);
    return EXIT.usage;
  }
  if (error instanceof UnreachableError) {
    note(`${paint('red', 'executor', process.stderr)}: ${shown(error.message)}`);
    return EXIT.unreachable;
  }
  if (error instanceof AnswerError) {
    if (json) outJson({ error: error.fault });
    noteFault(error.fault);
    if (error.fault.code === 'unauthorized' && !process.env.EXECUTOR_TOKEN) note('  Set EXECUTOR_TOKEN to a token of this daemon.');
    return exitOfFault(error.fault);
  }
  const fault: Fault = { code: 'internal', message: error instanceof Error ? error.message : String(error) };
  if (json) outJson({ error: fault });
  noteFault(fault);
  if (process.env.EXECUTOR_LOG === 'debug' && error instanceof Error) note(error.stack ?? '');
  return exitOfFault(fault);
}
