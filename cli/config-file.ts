import { readFileSync } from 'node:fs';
import { UsageError } from './failure.ts';

/** A configuration as it was read, before anything is checked: the daemon does that. */
export type ConfigFile = Record<string, unknown> & {
  sources?: Record<string, Record<string, unknown>>;
  connections?: Record<string, Record<string, unknown>>;
};

/**
 * Reads a file of JSON, with comments and trailing commas as editors' own configurations have them.
 * @throws UsageError when it is not there, or is no JSON object
 */
export function readJsonFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`);
  }
  const value = parsed(file, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${file} holds no JSON object`);
  return value as Record<string, unknown>;
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(withoutComments(text.replace(/^\ufeff/, '')));
  } catch (cause) {
    throw new UsageError(`${file} is no JSON: ${(cause as Error).message}`);
  }
}

/** Strings are kept as they are; comments and commas before a closing bracket go. */
const withoutComments = (text: string): string =>
  text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string: string | undefined) => string ?? '')
    .replace(/("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g, (_, string: string | undefined, close: string | undefined) => string ?? close ?? '');

/**
 * Puts the values of environment variables where the file names them, as `env:NAME`. They leave for the daemon, and for no file.
 * @throws UsageError naming every variable that is not set
 */
export function withEnvironment(config: ConfigFile, env = process.env): ConfigFile {
  const missing: string[] = [];
  const filled = (values: unknown): unknown => {
    if (typeof values !== 'object' || values === null) return values;
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const variable = typeof value === 'string' ? /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1] : undefined;
        if (variable === undefined) return [name, value];
        if (env[variable] === undefined) missing.push(variable);
        return [name, env[variable]];
      }),
    );
  };
  const connections = Object.entries(config.connections ?? {}).map(([name, connection]) => [
    name,
    { ...connection, ...(connection?.values !== undefined && { values: filled(connection.values) }) },
  ]);
  const sources = Object.entries(config.sources ?? {}).map(([name, source]) => [
    name,
    {
      ...source,
      ...(source?.headers !== undefined && { headers: filled(source.headers) }),
      ...(source?.env !== undefined && { env: filled(source.env) }),
    },
  ]);
  if (missing.length > 0) throw new UsageError(`not set in the environment: ${[...new Set(missing)].join(', ')}`);
  return {
    ...config,
    ...(config.sources && { sources: Object.fromEntries(sources) }),
    ...(config.connections && { connections: Object.fromEntries(connections) }),
  };
}
