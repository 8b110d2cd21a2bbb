import { type Fault, FaultCode } from '../../machines/schema/fault.ts';
import { exceeded, type Limits } from './limits.ts';
import type { StepError } from './protocol.ts';
import { VmError } from './vm.ts';

/** What an uncaught exception of the user's code, and a syntax error in it, is called: the code is an argument, and it is wrong. */
const THREW: FaultCode = 'invalid_arguments';

/** What the prelude tells of an uncaught exception. */
interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
  /** The step whose ToolError it is. */
  readonly step?: number;
}

/** A step that was rejected, and where it was asked. */
export interface Rejected {
  readonly error: StepError;
  readonly line?: number | undefined;
}

/** The first line of the user's code in a stack. */
export function lineIn(stack: string | undefined): number | undefined {
  const found = stack?.match(/[( ]program:(\d+)/);
  return found ? Number(found[1]) : undefined;
}

/** Says what an uncaught exception means. Only what the host itself rejected a step with keeps its code: a program cannot forge one. */
export function fromThrown(json: string, limits: Limits, rejected: (step: number) => Rejected | undefined): Fault {
  const { name, message = '', stack, step } = JSON.parse(json) as Thrown;
  const limit = name === 'InternalError' || name === 'SyntaxError' ? engineLimit(message) : undefined;
  if (limit) return exceeded(limit, limits);
  const cause = step === undefined ? undefined : rejected(step);
  if (cause) return fromRejected(cause);
  const line = lineIn(stack);
  const text = name && name !== 'Error' ? `${name}: ${message}` : message || 'The program threw an error without a message';
  return {
    code: THREW,
    message: located(text, line),
    details: { ...(name && { name }), ...(line && { line }), ...(stack && { stack: ours(stack) }) },
  };
}

function fromRejected({ error, line }: Rejected): Fault {
  const { code, message, status, details } = error;
  const known = FaultCode.anyOf.some(literal => literal.const === code) ? (code as FaultCode) : 'internal';
  const facts =
    typeof details === 'object' && details !== null && !Array.isArray(details) ? details : details === undefined ? {} : { details };
  return {
    code: known,
    message: located(message, line),
    details: { ...facts, ...(status !== undefined && { status }), ...(line !== undefined && { line }) },
  };
}

/** Says what it means that the engine itself gave up. */
export function fromEngine(error: unknown, limits: Limits): Fault {
  const message = error instanceof VmError ? error.message : String(error);
  const limit = /Maximum call stack/.test(message) ? 'stack' : engineLimit(message);
  if (limit) return exceeded(limit, limits);
  const { inner } = error as { inner?: Thrown };
  if (inner?.name === 'SyntaxError') {
    const line = lineIn(inner.stack);
    return {
      code: THREW,
      message: located(`The code cannot be read: ${inner.message}`, line),
      details: { name: 'SyntaxError', ...(line && { line }) },
    };
  }
  return { code: 'internal', message: `The sandbox broke: ${message}. Other programs are not affected.` };
}

/** Without memory an engine cannot say so: an end that explains nothing then means just that. */
export const isMute = ({ code, message, details }: Fault): boolean =>
  code === 'internal' || details?.name === 'NeverSettles' || (details?.name === undefined && /^(null|undefined)?$/.test(message));

/** Nothing that the program waits for can happen any more. */
export const stuck = (): Fault => ({
  code: THREW,
  message: 'The program waits for a promise that nothing can settle. Await tool calls, sleep, or promises made of them.',
  details: { name: 'NeverSettles' },
});

function engineLimit(message: string): 'memory' | 'stack' | 'compute' | undefined {
  if (/out of memory|string too long|cannot enlarge memory|OOM/i.test(message)) return 'memory';
  if (/stack overflow/.test(message)) return 'stack';
  return /interrupted/.test(message) ? 'compute' : undefined;
}

const located = (message: string, line: number | undefined): string => (line === undefined ? message : `${message} (line ${line})`);

/** A stack without the frames of the SDK. */
const ours = (stack: string): string =>
  stack
    .split('\n')
    .filter(frame => frame.includes('program:'))
    .slice(0, 10)
    .map(frame => frame.trim().replace(/program:(\d+):\d+/, 'line $1'))
    .join('\n');
