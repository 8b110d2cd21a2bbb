import type { IncomingMessage } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Static, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { ValueError } from '@sinclair/typebox/errors';
import { FaultError } from '../../machines/schema/fault.ts';
import { checkDepth } from '../../runtime/depth.ts';
import { nearName } from '../../runtime/schema/near.ts';

export const MIB = 1024 * 1024;

/** Raised for a body that is not JSON by its own declaration; the transport answers 415. */
export class MediaTypeError extends FaultError {
  constructor(type: string | undefined) {
    super('invalid_arguments', `send JSON (content-type: application/json), not ${type ?? 'a body without a content-type'}`);
  }
}

/**
 * Reads a JSON body. An absent body is undefined.
 * @param limit in bytes
 * @throws FaultError body_too_large, or invalid_arguments for what is no JSON
 */
export async function readJson(req: IncomingMessage, limit = 16 * MIB): Promise<unknown> {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const chunks = await received(req, limit);
  if (chunks.length === 0) return undefined;
  const type = req.headers['content-type'];
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type ?? '')) throw new MediaTypeError(type);
  const value = parsed(chunks);
  checkDepth(value);
  return value;
}

/** The events of a request are a third of the price of iterating over it. */
function received(req: IncomingMessage, limit: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cut = () => reject(new FaultError('cancelled', 'the request ended before its body was complete'));
    req
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) {
          req.pause();
          reject(tooLarge(limit));
        } else chunks.push(chunk);
      })
      .once('end', () => {
        // Every request is closed in the end; only one that is cut off needs an error.
        req.off('close', cut);
        resolve(chunks);
      })
      .once('error', cut)
      .once('close', cut);
  });
}

function parsed(chunks: Buffer[]): unknown {
  try {
    return JSON.parse((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8'));
  } catch (cause) {
    throw new FaultError('invalid_arguments', `the body is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const tooLarge = (limit: number) => new FaultError('body_too_large', `the body is larger than ${limit / MIB} MiB`, { details: { limit } });

const doors = new Set<() => void>();

/** Compiles the doors that nobody has come to yet, one in each turn of the event loop. */
export async function compileDoors(): Promise<void> {
  for (const compile of doors) {
    await turn();
    compile();
  }
}

/** Compiles a schema once, for a door: the returned function gives the checked value or throws `invalid_arguments` naming the place. */
export function door<S extends TSchema>(schema: S): (value: unknown) => Static<S> {
  let compiled: TypeCheck<S> | undefined;
  const compile = () => {
    doors.delete(compile);
    compiled ??= TypeCompiler.Compile(schema);
    return compiled;
  };
  doors.add(compile);
  return value => {
    const check = compiled ?? compile();
    if (check.Check(value)) return value;
    const [first] = check.Errors(value);
    const where = first?.path ? `${first.path.slice(1).replaceAll('/', '.')}: ` : '';
    throw new FaultError('invalid_arguments', `${where}${(first && choice(first)) ?? first?.message ?? 'the body does not fit'}`, {
      details: { path: first?.path ?? '' },
    });
  };
}

/** Where one of a few words is wanted, which there are, and the near one. */
function choice({ schema, value }: ValueError): string | undefined {
  const words = wordsOf(schema);
  if (typeof value !== 'string' || !words) return undefined;
  const near = nearName(value, words);
  return `must be one of ${words.join(', ')}, not ${JSON.stringify(value)}${near ? `; did you mean ${near}?` : ''}`;
}

/** The words of a union of nothing but words. */
function wordsOf(schema: TSchema): string[] | undefined {
  if (typeof schema.const === 'string') return [schema.const];
  const branches = ((schema.anyOf as TSchema[] | undefined) ?? []).map(wordsOf);
  return branches.length > 0 && branches.every(words => words !== undefined) ? branches.flat() : undefined;
}

/** Reads a number of a query string. */
export function numberOf(value: string | undefined, name: string, { min, max }: { min: number; max: number }): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < min || number > max) {
    throw new FaultError('invalid_arguments', `${name} must be a number from ${min} to ${max}, not "${value}"`);
  }
  return number;
}

/** `limit` as every list takes it. */
export function limitOf(value: string | undefined): number | undefined {
  const limit = numberOf(value, 'limit', { min: 1, max: 1000 });
  if (limit !== undefined && !Number.isInteger(limit)) throw new FaultError('invalid_arguments', 'limit must be a whole number');
  return limit;
}
