import { type ExportDefaultDeclaration, type ModuleDeclaration, type Node, type Pattern, type Program, parse, type Statement } from 'acorn';
import { FaultError } from '../../machines/schema/fault.ts';
import { looksTyped, stripTypes } from './strip.ts';

/** A program as the VM takes it: the text of one async function, each of its lines where the user wrote it. */
export interface Script {
  readonly source: string;
  /** The first parameter of the function it stands for is taken apart: `({ tools, emit }) => …`. */
  readonly named: boolean;
}

interface Edit {
  readonly at: number;
  /** How much of the text it takes away. */
  readonly length: number;
  readonly text: string;
}

/**
 * Makes a function of whatever form models write programs in: statements with top-level await and return, a last expression as the result,
 * a fenced block, one (async) function, `export default`.
 * @throws FaultError `invalid_arguments` with the line of a syntax error
 */
export async function prepare(code: string): Promise<Script> {
  const fenced = /^\s*```/.test(code);
  try {
    return await compile(fenced ? unfenced(code) : code);
  } catch (error) {
    if (!fenced && error instanceof SyntaxError && /^```/m.test(code)) return compile(unfenced(code)).catch(refuse);
    return refuse(error);
  }
}

async function compile(code: string): Promise<Script> {
  let text = code;
  let tree = looksTyped(code) ? undefined : attempt(code);
  if (!tree) {
    text = await stripTypes(code);
    tree = read(text);
  }
  const edits = [...modules(tree), ...ending(tree)];
  const named = takesApart(tree);
  return { source: `(async function(){"use strict";${apply(text, edits)}\n})`, named };
}

const read = (code: string): Program =>
  parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    locations: true,
  });

function attempt(code: string): Program | undefined {
  try {
    return read(code);
  } catch {
    return undefined; // TypeScript, or wrong in both languages: then the second attempt says where
  }
}

/** Blanks all but the first fenced block, so that lines keep their numbers. */
function unfenced(code: string): string {
  let inside: boolean | undefined;
  return code
    .split('\n')
    .map(line => {
      if (/^\s*```/.test(line) && inside !== false) {
        inside = inside === undefined;
        return '';
      }
      return inside ? line : '';
    })
    .join('\n');
}

/** Imports are refused, exports are taken for what they export. */
function modules({ body }: Program): Edit[] {
  return body.flatMap((statement): Edit[] => {
    if (statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration') throw noModules(statement);
    if (statement.type !== 'ExportNamedDeclaration') return [];
    if (!statement.declaration) return [{ at: statement.start, length: statement.end - statement.start, text: ';' }];
    return [{ at: statement.start, length: statement.declaration.start - statement.start, text: '' }];
  });
}

function noModules({ loc, start, type }: ModuleDeclaration): Error {
  const what = type === 'ImportDeclaration' ? 'import' : 'export … from';
  return Object.assign(
    new SyntaxError(`Programs have no modules: take this ${what} out; tools, emit, sleep and console are there already`),
    {
      pos: start,
      loc: loc?.start,
    },
  );
}

/** What makes the program's value its function's. */
function ending({ body }: Program): Edit[] {
  const exported = body.find((statement): statement is ExportDefaultDeclaration => statement.type === 'ExportDefaultDeclaration');
  if (exported) {
    const { declaration, start, end } = exported;
    const name = isFunction(declaration) && 'id' in declaration ? declaration.id?.name : undefined;
    const keyword = { at: start, length: declaration.start - start, text: name ? '' : 'const $default=' };
    const value = name ?? '$default';
    return [
      keyword,
      ...(body.at(-1) === exported ? [] : []),
      { at: end, length: 0, text: name ? '' : ';' },
      { at: -1, length: 0, text: invoke(value) },
    ];
  }
  const last = body.at(-1);
  if (last?.type === 'ExpressionStatement') {
    if (body.length === 1 && isFunction(last.expression)) {
      return [
        { at: last.start, length: 0, text: 'const $default=' },
        { at: -1, length: 0, text: invoke('$default') },
      ];
    }
    return [{ at: last.start, length: 0, text: 'return ' }];
  }
  if (body.length === 1 && last?.type === 'FunctionDeclaration') return [{ at: -1, length: 0, text: invoke(last.id.name) }];
  return [];
}

const invoke = (name: string): string => `\n;return typeof ${name}==="function"?${name}(arguments[0]):${name};`;

const isFunction = ({ type }: Node): boolean =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression' || type === 'FunctionDeclaration';

function takesApart({ body }: Program): boolean {
  const candidate = body.find(({ type }) => type === 'ExportDefaultDeclaration') ?? body[0];
  const node = subject(candidate as Statement | ExportDefaultDeclaration | undefined);
  return (node as { params?: Pattern[] } | undefined)?.params?.[0]?.type === 'ObjectPattern';
}

function subject(statement: Statement | ExportDefaultDeclaration | undefined): Node | undefined {
  if (statement?.type === 'ExportDefaultDeclaration') return statement.declaration;
  if (statement?.type === 'ExpressionStatement') return statement.expression;
  return statement?.type === 'FunctionDeclaration' ? statement : undefined;
}

/** Applies edits to a text; one at -1 belongs to its end. */
function apply(text: string, edits: readonly Edit[]): string {
  const placed = edits.map(edit => (edit.at < 0 ? { ...edit, at: text.length } : edit));
  let out = '';
  let from = 0;
  for (const { at, length, text: added } of placed.sort((a, b) => a.at - b.at)) {
    const taken = text.slice(at, at + length);
    out += text.slice(from, at) + added + '\n'.repeat(Math.max(0, taken.split('\n').length - 1));
    from = at + length;
  }
  return out + text.slice(from);
}

function refuse(error: unknown): never {
  if (error instanceof FaultError) throw error;
  if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
  const { loc, pos } = error as { loc?: { line?: number }; pos?: number };
  const line = loc?.line;
  const message = error.message.replace(/\s*\(\d+:\d+\)$/, '').replace(/^Error transforming [^:]*: /, '');
  const told = error instanceof RangeError ? 'it is nested too deeply to be read' : message;
  throw new FaultError('invalid_arguments', `The code cannot be read${line ? `, line ${line}` : ''}: ${told}.`, {
    cause: error,
    details: { name: 'SyntaxError', ...(line && { line }), ...(pos !== undefined && { position: pos }) },
  });
}
