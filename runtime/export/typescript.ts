import type { JsonSchema, Tool } from '../../machines/schema/tool.ts';
import { isSchemaObject } from '../schema/references.ts';
import { key, type Printer } from '../schema/types.ts';
import { comment, declare, fullPrinter } from '../schema/typescript.ts';
import { VERSION } from '../version.ts';
import type { Part } from './catalog-reader.ts';
import { circles } from './circles.ts';
import { CLIENT } from './client.ts';
import { createPace } from './pace.ts';
import { createTypeNames } from './type-names.ts';

/**
 * The catalog as one self-contained TypeScript file: the types of every tool, and `createExecutorClient` (CONTRACT, section 9). Types that
 * refer to each other do so by name, so cyclic ones end.
 */
export async function typescriptClient(parts: readonly Part[]): Promise<string> {
  const pause = createPace();
  const name = createTypeNames();
  const declarations: string[] = [];
  const tools: string[] = [];
  const thens: string[] = [];
  const tree: Branch = { branches: new Map() };
  for (const part of parts) {
    const definitions: [string, JsonSchema][] = [];
    for await (const definition of part.definitions()) definitions.push(definition);
    const names = new Map(definitions.map(([definition]) => [definition, name(`${part.namespace}.${definition}`)]));
    const printer = fullPrinter(names);
    const circular = circles(new Map(definitions));
    for await (const tool of part.tools()) {
      const input = name(`${tool.path}.input`);
      const output = tool.outputSchema === undefined ? 'unknown' : name(`${tool.path}.output`);
      declarations.push(declare(input, loosened(tool.inputSchema), printer));
      if (tool.outputSchema !== undefined) declarations.push(declare(output, tool.outputSchema, printer));
      const optional = hasRequired(tool.inputSchema) ? '' : '?';
      tools.push(`  ${JSON.stringify(tool.path)}: { input: ${input}; output: ${output} };`);
      if (tool.path.split('.').includes('then')) thens.push(...prefixes(tool.path));
      plant(tree, tool, `(input${optional}: ${input}, options?: ExecutorCallOptions): Promise<ExecutorAnswer<${output}>>;`);
      await pause();
    }
    for (const [definition, schema] of definitions) {
      declarations.push(declaration(names.get(definition)!, schema, printer, circular.has(definition)));
      await pause();
    }
  }
  return [
    `// Made by executor ${VERSION} from its catalog: make it again with "executor generate" rather than change it.\n/* eslint-disable */`,
    CLIENT,
    `const THEN: readonly string[] = ${JSON.stringify([...new Set(thens)].sort())};`,
    `/** Every tool by its path. */\nexport interface ExecutorTools {\n${tools.join('\n')}\n}`,
    `export interface ExecutorClient {\n  /** Calls a tool by its path. */\n  $call<P extends keyof ExecutorTools>(path: P, input: ExecutorTools[P]['input'], options?: ExecutorCallOptions): Promise<ExecutorAnswer<ExecutorTools[P]['output']>>;\n${[...tree.branches].map(([segment, branch]) => member(segment, branch, 1)).join('\n')}\n}`,
    ...declarations,
    '',
  ].join('\n\n');
}

interface Branch {
  branches: Map<string, Branch>;
  leaf?: string;
}

function plant(tree: Branch, { path, description }: Tool, signature: string): void {
  let branch = tree;
  for (const segment of path.split('.')) {
    const next = branch.branches.get(segment) ?? { branches: new Map() };
    branch.branches.set(segment, next);
    branch = next;
  }
  branch.leaf = `${comment(description, '\t')}\t${signature}`;
}

/** A tool is a method; a group is an object; what is both is an object that can be called. */
function member(segment: string, { branches, leaf }: Branch, depth: number): string {
  const indent = '  '.repeat(depth);
  const name = key(segment);
  if (branches.size === 0 && leaf !== undefined) return leaf.replace(/\t(?=\(input)/, `\t${name}`).replaceAll('\t', indent);
  const inner = [...branches].map(([next, branch]) => member(next, branch, depth + 1));
  const own = leaf === undefined ? [] : [leaf.replaceAll('\t', `${indent}  `)];
  return `${indent}${name}: {\n${[...own, ...inner].join('\n')}\n${indent}};`;
}

/** A definition that is made of itself without an object in between has no type of its own in TypeScript. */
const declaration = (name: string, schema: JsonSchema, printer: Printer, isCircular: boolean): string =>
  isCircular ? `export type ${name} = unknown;` : declare(name, schema, printer);

const hasRequired = (schema: JsonSchema): boolean => isSchemaObject(schema) && Array.isArray(schema.required) && schema.required.length > 0;

/** An input without properties is an empty object, also to a caller who leaves it out. */
const loosened = (schema: JsonSchema): JsonSchema => (isSchemaObject(schema) && !schema.type ? { ...schema, type: 'object' } : schema);

const prefixes = (path: string): string[] => path.split('.').map((_, index, all) => all.slice(0, index + 1).join('.'));
